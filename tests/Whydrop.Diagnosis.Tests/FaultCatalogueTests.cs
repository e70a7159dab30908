using System.Text.RegularExpressions;

namespace Whydrop.Diagnosis.Tests;

public class FaultCatalogueTests
{
    [Fact]
    public void It_holds_every_fault_class_once_under_a_kebab_case_id()
    {
        var classes = typeof(Fault).Assembly.GetTypes().Where(t => !t.IsAbstract && t.IsAssignableTo(typeof(Fault))).ToArray();
        Assert.Equal(classes.Length, FaultCatalogue.All.Count);
        var ids = FaultCatalogue.All.Select(f => f.Id).Concat(FaultCatalogue.Artefacts.Select(a => a.Id)).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches(new Regex("^[a-z0-9]+(-[a-z0-9]+)*$", RegexOptions.None, TimeSpan.FromSeconds(1)), id));
        Assert.All(FaultCatalogue.All, f => Assert.Same(f, FaultCatalogue.Find(f.Id)));
    }

    [Fact]
    public void It_holds_the_faults_of_the_mtu_family_and_their_look_alikes()
    {
        string[] expected =
        [
            "fragment-loss", "mss-clamp-missing", "overlay-mtu-too-big", "pmtu-blackhole", "qdisc-drop", "random-loss", "rate-policer", "tunnel-nopmtudisc-selfdrop", "veth-mtu-mismatch",
        ];
        Assert.Empty(expected.Except(FaultCatalogue.All.Select(f => f.Id)));
        Assert.Equal(18, FaultCatalogue.Artefacts.Count);
    }

    [Fact]
    public void Every_fault_says_all_it_has_to_say()
    {
        foreach (var fault in FaultCatalogue.All)
        {
            Assert.All(new[] { fault.Name, fault.UserSees, fault.Mechanism, fault.Remedy, fault.Verify }, text => Assert.False(string.IsNullOrWhiteSpace(text), fault.Id));
            Assert.NotEmpty(fault.References);
            Assert.NotEmpty(fault.LookAlikes);
            Assert.Contains(fault.Questions, q => q.Role == QuestionRole.Signature);
            Assert.True(fault.Contributing || fault.Questions.Any(q => q.Role == QuestionRole.Mechanism), fault.Id);
            Assert.All(fault.Questions, q => Assert.Equal(q.Role == QuestionRole.Discriminator, q.LookAlike is not null));
            Assert.All(fault.Questions, q => Assert.EndsWith("?", q.Text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_question_reads_right_when_it_is_answered()
    {
        foreach (var question in FaultCatalogue.All.SelectMany(f => f.Questions))
        {
            Assert.NotEqual(Quantifier.None, question.Quantifier);
            Assert.DoesNotMatch("^(Was there no|Is there no|Were there no|Did none|Did nothing|Is none) ", question.Text);
            Assert.EndsWith("?", question.Text, StringComparison.Ordinal);
        }
    }
}
