using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.EventEmitters;

namespace Whydrop.Report.Yaml;

/// <summary>Writes null as a word, and quotes text that a YAML 1.1 reader would take for a time or a number to the base of sixty (12:30, 10.0.0.1:80).</summary>
internal sealed class UnmistakableScalars(IEventEmitter next) : ChainedEventEmitter(next)
{
    /// <inheritdoc />
    public override void Emit(ScalarEventInfo eventInfo, IEmitter emitter)
    {
        if (eventInfo.Source.Value is null)
        {
            emitter.Emit(new YamlDotNet.Core.Events.Scalar("null"));
            return;
        }

        if (eventInfo.Source.Value is string { Length: > 0 } text && char.IsAsciiDigit(text[0]))
        {
            eventInfo.Style = ScalarStyle.DoubleQuoted;
        }

        base.Emit(eventInfo, emitter);
    }
}
