namespace Whydrop.Lab.Namespaces;

/// <summary>The id of a run, held by a file lock for as long as its process lives.</summary>
/// <remarks>The kernel drops the lock with the process, so a free lock means a dead run; process ids are reused and mean nothing across PID namespaces.</remarks>
public sealed class RunId : IDisposable
{
    internal const string LockFolder = "/run/whydrop-lab";
    private readonly FileStream holder;

    private RunId(string prefix, FileStream holder)
    {
        Prefix = prefix;
        this.holder = holder;
    }

    /// <summary>First part of every namespace name of the run, for example "wd4f1a03c2".</summary>
    public string Prefix { get; }

    /// <summary>Takes an id that no other run has.</summary>
    public static RunId Take()
    {
        Directory.CreateDirectory(LockFolder);
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var prefix = $"wd{Random.Shared.Next():x8}";
            try
            {
                // FileShare.None is flock(LOCK_EX | LOCK_NB) on Linux.
                return new RunId(prefix, new FileStream(LockFile(prefix), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (attempt < 99)
            {
                // Another run has it, or looks whether it is dead: draw again.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new LabException($"{LockFolder}: cannot hold a run id: {e.Message}", e);
            }
        }

        throw new LabException($"{LockFolder}: no free run id in 100 draws");
    }

    /// <summary>Gives the id back.</summary>
    public void Dispose()
    {
        File.Delete(LockFile(Prefix));
        holder.Dispose();
    }

    internal static string LockFile(string prefix) => Path.Combine(LockFolder, prefix);
}
