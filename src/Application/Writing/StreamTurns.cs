namespace EventSourcedOrgs.Application.Writing;

/// <summary>
/// Lets commands of this process that decide on one stream at the same time do so one after the other, so that none of them decides in vain. Only a courtesy: the version of the stream is what
/// guards it, so whoever has waited long enough, perhaps in a circle, goes on.
/// </summary>
public sealed class StreamTurns
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<Guid, Turn> turns = [];

    /// <summary>Waits for the turn; dispose ends it.</summary>
    public async Task<IDisposable> Wait(Guid stream, CancellationToken cancellation)
    {
        Turn? turn;
        lock (turns)
        {
            if (!turns.TryGetValue(stream, out turn))
                turns[stream] = turn = new(this, stream);
            turn.Users++;
        }

        try
        {
            return new Ending(turn, await turn.Free.WaitAsync(Patience, cancellation));
        }
        catch
        {
            Leave(turn);
            throw;
        }
    }

    private void Leave(Turn turn)
    {
        lock (turns)
        {
            if (--turn.Users == 0)
            {
                turns.Remove(turn.Stream);
                turn.Free.Dispose();
            }
        }
    }

    private sealed class Turn(StreamTurns owner, Guid stream)
    {
        public StreamTurns Owner { get; } = owner;

        public Guid Stream { get; } = stream;

        public SemaphoreSlim Free { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Ending(Turn turn, bool holds) : IDisposable
    {
        private bool ended;

        public void Dispose()
        {
            if (ended)
                return;
            ended = true;
            if (holds)
                turn.Free.Release();
            turn.Owner.Leave(turn);
        }
    }
}
