using System.Runtime.InteropServices;

namespace Whydrop.Cli.Terminal;

/// <summary>Ctrl-C, SIGTERM and a closed terminal (SIGHUP) ask to stop, so that unpacked files are deleted; the second one ends at once.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;

    public Interrupt() => registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, Stop))];

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        source.Dispose();
    }

    private void Stop(PosixSignalContext signal)
    {
        if (!source.IsCancellationRequested)
        {
            signal.Cancel = true;
            source.Cancel();
        }
    }
}
