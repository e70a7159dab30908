using System.Net;

namespace Whydrop.Readers.Firewall;

/// <summary>Reads what dnat, snat, masquerade and redirect send to.</summary>
internal static class NftTranslation
{
    /// <summary>"dnat [ip] to TARGET [random]", "masquerade [to :1024-2048] [fully-random]", "redirect [to] :8080".</summary>
    public static void Read(NftCursor cursor, RuleDraft draft)
    {
        draft.Does(cursor.Word);
        cursor.At++;
        cursor.At += cursor.Word is "ip" or "ip6" && cursor.Tokens[cursor.At + 1] is "to" or "addr" ? 1 : 0;
        while (cursor.Word is "to" or "addr" or "." or "port" or "prefix" or "interval")
        {
            cursor.At++;
        }

        if (RuleValues.Translation(cursor.Word) is { } plain && cursor.Word.Length > 0)
        {
            draft.Translations.AddRange(plain.Ends);
            draft.TranslatedPorts = plain.Ports is { } ports && ports.First == ports.Last && plain.Ends.Count > 0 ? null : plain.Ports;
            cursor.At++;
        }
        else if (cursor.At < cursor.Tokens.Count && !NftCursor.Statements.Contains(cursor.Word) && cursor.Word is not ("random" or "fully-random" or "persistent"))
        {
            Mapped(cursor, draft);
        }

        while (cursor.Word is "random" or "fully-random" or "persistent" || cursor.Tokens.Is(cursor.At, ","))
        {
            cursor.At++;
        }
    }

    // "numgen random mod 2 map { 0 : 10.1.1.1, 1 : 10.1.1.2 }:8080", "ip daddr . tcp dport map @targets"
    private static void Mapped(NftCursor cursor, RuleDraft draft)
    {
        while (cursor.At < cursor.Tokens.Count && cursor.Word != "map" && !NftCursor.Statements.Contains(cursor.Word))
        {
            cursor.At = cursor.Word == "{" ? cursor.Tokens.Behind(cursor.At) : cursor.At + 1;
        }

        if (cursor.Word != "map")
        {
            return;
        }

        cursor.At++;
        var map = cursor.Set();
        var tail = cursor.Word.StartsWith(':') ? RuleValues.Ports(cursor.Word[1..]) : null;
        cursor.At += cursor.Word.StartsWith(':') ? 1 : 0;
        foreach (var (_, value) in map.Elements)
        {
            if (value.Length is 1 or 2 && RuleValues.Translation(value[0]) is { } target)
            {
                var port = value.Length == 2 ? RuleValues.Ports(value[1])?.First : tail?.First;
                draft.Translations.AddRange(target.Ends.Select(e => port is { } p ? new IPEndPoint(e.Address, p) : e));
            }
        }
    }
}
