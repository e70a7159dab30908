using System.Xml.Linq;

namespace Whydrop.Architecture.Tests;

/// <summary>Each rule catches a breach and lets the innocent pass.</summary>
public class RuleTests
{
    [Theory]
    [InlineData("internal sealed class FlowManager;", true)]
    [InlineData("public record struct PacketInfo(int A);", true)]
    [InlineData("enum IPUtils { A }", true)]
    [InlineData("public delegate void CommonCallback(int x);", true)]
    [InlineData("class Outer { private struct InnerData { } }", true)]
    [InlineData("class Database; class Metadata; class Infobox; class Baseline; class Information;", false)]
    [InlineData("// class FlowManager", false)]
    [InlineData("/* class FlowManager */", false)]
    [InlineData("class A { string s = \"class FlowManager\"; }", false)]
    [InlineData("class A { string s = $\"{x[\"class InfoA\"]} class FlowManager\"; }", false)]
    [InlineData("class A { string s = \"\"\"\n class FlowManager \"x\" \n\"\"\"; char c = '\"'; }", false)]
    [InlineData("class A { string s = @\"c:\\\"; class FlowManager; }", true)]
    public void Banned_names(string code, bool caught) =>
        Assert.Equal(caught, SourceRules.BannedNames(new SourceFile("src/Whydrop.X/A.cs", code)).Any());

    [Fact]
    public void Banned_file_name() => Assert.Single(SourceRules.BannedNames(new SourceFile("src/Whydrop.X/StringUtils.cs", "")));

    [Theory]
    [InlineData("namespace Whydrop.X.Sub;\npublic class A;", 0)]
    [InlineData("namespace Whydrop.X.Sub\n{\n public class A { }\n}", 0)]
    [InlineData("namespace Whydrop.X.Sub;\npublic class A { public enum Inner { } }\ninternal class B;", 0)]
    [InlineData("namespace Whydrop.X.Sub;\npublic class A;\npublic class B;", 1)]
    [InlineData("namespace Whydrop.X.Sub;\npublic class B;", 1)]
    [InlineData("namespace Whydrop.X.Sub;\ninternal class B;", 1)]
    [InlineData("namespace Whydrop.X;\npublic class A;", 1)]
    [InlineData("public class A;", 1)]
    [InlineData("[assembly: System.CLSCompliant(false)]", 0)]
    public void Type_placement(string code, int breaches) =>
        Assert.Equal(breaches, SourceRules.TypePlacement(new SourceFile("src/Whydrop.X/Sub/A.cs", code)).Count());

    [Theory]
    [InlineData("class A { unsafe void F() { } }", true)]
    [InlineData("class A { int F() => MemoryMarshal.Read<int>(x); }", true)]
    [InlineData("class A { int F() => Unsafe.As<int>(x); }", true)]
    [InlineData("// SAFETY: checked above\nclass A { unsafe void F() { } }", false)]
    [InlineData("// it is not unsafe\nclass A;", false)]
    public void Safety_comments(string code, bool caught) =>
        Assert.Equal(caught, SourceRules.SafetyComments(new SourceFile("src/Whydrop.X/A.cs", code)).Any());

    [Fact]
    public void Unfinished_work_is_found_with_its_line()
    {
        var file = new SourceFile("src/Whydrop.X/A.cs", "class A\n{\n    // TO" + "DO later\n}\n");
        Assert.Equal(["src/Whydrop.X/A.cs:3: TO" + "DO"], SourceRules.UnfinishedWork(file));
    }

    [Fact]
    public void Long_files_are_found()
    {
        Assert.Empty(SourceRules.Length(new SourceFile("src/Whydrop.X/A.cs", string.Concat(Enumerable.Repeat("\n", 400)))));
        Assert.Single(SourceRules.Length(new SourceFile("src/Whydrop.X/A.cs", string.Concat(Enumerable.Repeat("\n", 401)))));
    }

    [Theory]
    [InlineData("Whydrop.Wire", "<ProjectReference Include=\"../Whydrop.Evidence/Whydrop.Evidence.csproj\" />", 1)]
    [InlineData("Whydrop.Diagnosis", "<ProjectReference Include=\"..\\Whydrop.Tcp\\Whydrop.Tcp.csproj\" />", 1)]
    [InlineData("Whydrop.Diagnosis", "<ProjectReference Include=\"../Whydrop.Evidence/Whydrop.Evidence.csproj\" />", 0)]
    [InlineData("Whydrop.Tcp", "<PackageReference Include=\"YamlDotNet\" />", 1)]
    [InlineData("Whydrop.Unheard", "", 1)]
    public void References(string name, string item, int breaches) =>
        Assert.Equal(breaches, ProjectRules.References($"src/{name}/{name}.csproj", XDocument.Parse($"<Project><ItemGroup>{item}</ItemGroup></Project>")).Count());

    [Theory]
    [InlineData("<PackageReference Include=\"xunit\" />", 0)]
    [InlineData("<PackageReference Include=\"xunit\" Version=\"2.0.0\" />", 1)]
    [InlineData("<PackageReference Include=\"xunit\"><VersionOverride>2.0.0</VersionOverride></PackageReference>", 1)]
    [InlineData("<PackageReference Include=\"other\" />", 1)]
    public void Versions(string item, int breaches) =>
        Assert.Equal(breaches, ProjectRules.PackageVersions("a.csproj", XDocument.Parse($"<Project>{item}</Project>"), ["xunit"]).Count());
}
