using Whydrop.Tcp.Flows;
using Whydrop.Tcp.Memory;

namespace Whydrop.Tcp.Talk;

/// <summary>The stories of those connections that have one; whoever begins one bounds how many, far below 2^24.</summary>
// SAFETY: stories live in a slab that never moves; an opening holds the number of its story plus one, given out here alone.
internal sealed unsafe class StoryBook : IDisposable
{
    private readonly NativeSlab<FlowStory> stories = new();

    /// <summary>The story of a connection, or null.</summary>
    public FlowStory* Find(FlowOpening* opening) => opening->Story == 0 ? null : stories[opening->Story - 1];

    /// <summary>The story of a connection, begun on first need.</summary>
    public FlowStory* Of(FlowOpening* opening)
    {
        if (opening->Story == 0)
        {
            opening->Story = stories.Add() + 1;
        }

        return stories[opening->Story - 1];
    }

    public void Dispose() => stories.Dispose();
}
