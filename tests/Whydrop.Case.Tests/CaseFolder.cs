using System.Text;
using Whydrop.Case;

namespace Whydrop.Case.Tests;

/// <summary>A folder made for one test and deleted after it.</summary>
internal sealed class CaseFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("case-test-").FullName;

    /// <summary>Where archives of this test are unpacked to, to see that nothing stays.</summary>
    public string Scratch { get; } = Directory.CreateTempSubdirectory("case-scratch-").FullName;

    public CaseFolder With(string path, string text) => With(path, Encoding.UTF8.GetBytes(text));

    public CaseFolder With(string path, byte[] bytes)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
        return this;
    }

    public LoadedCase Load(params string[] paths) => Load(Options, paths);

    public LoadedCase Load(CaseOptions options, params string[] paths) =>
        CaseLoader.Load(paths.Length == 0 ? [Root] : [.. paths.Select(p => Path.Combine(Root, p))], options);

    public CaseOptions Options => CaseOptions.Default with { TemporaryFolder = Scratch };

    public void Dispose()
    {
        Directory.Delete(Root, recursive: true);
        Directory.Delete(Scratch, recursive: true);
    }
}
