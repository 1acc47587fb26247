namespace EventSourcedOrgs.Application.Writing;

/// <summary>The line for a stream is full. Whoever came decided nothing, and waits where nobody else is kept waiting by that.</summary>
public sealed class CrowdedException(Guid stream) : Exception("Too many are in line for the stream.")
{
    public Guid Stream { get; } = stream;
}

/// <summary>
/// Lets commands of this process that decide on one stream at the same time do so one after the other, so that none of them decides in vain. Only a courtesy: the version of the stream is what
/// guards it, so whoever has waited long enough, perhaps in a circle, goes on. Only so many are in line for one stream, or all that can run at once would soon be in the same one.
/// </summary>
public sealed class StreamTurns
{
    /// <summary>Fewer than may hold locks at the same time, and far fewer than run at once.</summary>
    public const int Most = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<Guid, Turn> turns = [];

    /// <summary>Waits for the turn; dispose ends it.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="hasOthers">Whether whoever asks has turns of other streams, and so is not sent away any more.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <param name="forRoom">How long to wait for room in a line that is full.</param>
    /// <exception cref="CrowdedException">The line is full; when it is not any more, <see cref="Room"/> tells.</exception>
    public async Task<IDisposable> Wait(Guid stream, bool hasOthers, CancellationToken cancellation, TimeSpan forRoom = default)
    {
        Turn? turn;
        while ((turn = Enter(stream, hasOthers)) is null)
        {
            if (!await Room(stream, forRoom, cancellation))
                throw new CrowdedException(stream);
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

    /// <summary>Waits until there is room in the line for a stream, in the order of coming; answers whether there was in time. Others may be faster to take it.</summary>
    public async Task<bool> Room(Guid stream, TimeSpan longest, CancellationToken cancellation)
    {
        if (longest <= TimeSpan.Zero)
            return false;

        Turn? turn;
        LinkedListNode<TaskCompletionSource> place = new(new(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (turns)
        {
            if (!turns.TryGetValue(stream, out turn) || turn.Users < Most)
                return true;
            turn.Outside.AddLast(place);
        }

        try
        {
            await place.Value.Task.WaitAsync(longest, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            lock (turns)
            {
                place.List?.Remove(place);
                Forget(turn);
            }
        }
    }

    /// <summary>A place in the line for a stream; null when it is full.</summary>
    private Turn? Enter(Guid stream, bool hasOthers)
    {
        lock (turns)
        {
            if (!turns.TryGetValue(stream, out var turn))
                turns[stream] = turn = new(this, stream);
            if (turn.Users >= Most && !hasOthers)
                return null;
            turn.Users++;
            return turn;
        }
    }

    private void Leave(Turn turn)
    {
        lock (turns)
        {
            turn.Users--;
            for (var room = turn.Users == 0 ? Most : 1; room > 0 && turn.Outside.First is { } next; room--)
            {
                turn.Outside.Remove(next);
                next.Value.SetResult();
            }

            Forget(turn);
        }
    }

    private void Forget(Turn turn)
    {
        if (turn.Users > 0 || turn.Outside.Count > 0 || turns.GetValueOrDefault(turn.Stream) != turn)
            return;
        turns.Remove(turn.Stream);
        turn.Free.Dispose();
    }

    private sealed class Turn(StreamTurns owner, Guid stream)
    {
        public StreamTurns Owner { get; } = owner;

        public Guid Stream { get; } = stream;

        public SemaphoreSlim Free { get; } = new(1, 1);

        public int Users { get; set; }

        /// <summary>Who waits for room in the line.</summary>
        public LinkedList<TaskCompletionSource> Outside { get; } = [];
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
