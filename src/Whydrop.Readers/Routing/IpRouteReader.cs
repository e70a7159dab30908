using Whydrop.Evidence;
using Whydrop.Readers.Text;

namespace Whydrop.Readers.Routing;

/// <summary>"ip route", any family and table, with -d and -o, and the answers of "ip route get".</summary>
public sealed class IpRouteReader : Reader
{
    /// <inheritdoc />
    public override string Id => "ip-route";

    /// <inheritdoc />
    public override string Reads => "ip [-4|-6] [-d] [-o] route [show [table all] | get ADDRESS]: routes, path MTU exceptions";

    /// <inheritdoc />
    public override int Recognise(in TextSample sample) =>
        sample.Share(l => RouteWords.Begins(l) || IsContinuation(l), 85);

    /// <inheritdoc />
    public override bool Opens(string line) => RouteWords.Begins(line);

    private protected override void Read(TextFile file, Findings findings)
    {
        var state = new State(findings);
        foreach (var line in file.Lines)
        {
            foreach (var part in line.Text.Contains('\\') ? line.Text.Split('\\') : [line.Text])
            {
                state.Take(line.Number, part);
            }
        }

        state.Flush();
        state.Emit();
    }

    private static bool IsContinuation(string line)
    {
        var text = line.AsSpan().TrimStart();
        return text.Length < line.Length
            && (text.StartsWith("nexthop ") || text.StartsWith("cache") || text.StartsWith("mtu ") || text.StartsWith("expires "));
    }

    private sealed class State(Findings findings)
    {
        private readonly List<RouteDraft> done = [];
        private RouteDraft? route;

        public void Take(int number, string text)
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                return;
            }

            var words = new Words(text);
            if (RouteWords.Begins(text))
            {
                Flush();
                route = RouteWords.Parse(words, number);
                if (route is null)
                {
                    findings.Gap(number, GapKind.Malformed, $"no destination in {Findings.Quote(text)}");
                }
            }
            else if (words[0] == "nexthop" && route is not null)
            {
                route.Hops.Add(RouteWords.ParseHop(words, number));
            }
            else if (route is not null && (words[0] == "cache" || char.IsWhiteSpace(text[0])))
            {
                RouteWords.Attributes(route, words, 0);
            }
            else
            {
                findings.NotUnderstood(number, text, "ip route");
            }
        }

        public void Flush()
        {
            if (route is { } complete)
            {
                done.Add(complete);
            }

            route = null;
        }

        public void Emit() => RouteDraft.WriteTo(findings, done);
    }
}
