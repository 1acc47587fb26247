using System.Diagnostics.CodeAnalysis;

namespace EventSourcedOrgs.Application.Writing;

/// <summary>
/// Answers what is asked at the same time together, in one piece of work; what is asked while it runs comes with the next one. Whoever is alone waits for nobody. An answer is always of work that
/// began after the question came.
/// </summary>
/// <param name="most">How many questions one piece of work answers at most.</param>
/// <param name="atOnce">How many pieces of work run side by side at most.</param>
/// <param name="work">Answers questions, in their order.</param>
public sealed class Together<TQuestion, TAnswer>(int most, int atOnce, Func<IReadOnlyList<TQuestion>, Task<IReadOnlyList<TAnswer>>> work)
{
    private readonly Lock gate = new();
    private readonly Queue<(TQuestion Question, TaskCompletionSource<TAnswer> Answer)> waiting = [];
    private int running;

    public Task<TAnswer> Ask(TQuestion question)
    {
        var answer = new TaskCompletionSource<TAnswer>();
        lock (gate)
        {
            waiting.Enqueue((question, answer));
            if (running == atOnce)
                return answer.Task;
            running++;
        }

        // What the asker asks next, before it waits, comes along, unless it is alone.
        Threads.Begin(static together => _ = together.Run(), this);
        return answer.Task;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, whoever asked is told.")]
    private async Task Run()
    {
        var batch = Next();
        while (batch.Count > 0)
        {
            var (answers, failure) = (default(IReadOnlyList<TAnswer>), default(Exception));
            try
            {
                answers = await work(batch.ConvertAll(asked => asked.Question));
            }
            catch (Exception e)
            {
                failure = e;
            }

            var answered = batch;
            batch = Next();
            Threads.GoOn(answered.Count, batch.Count == 0, i =>
            {
                if (failure is null)
                    answered[i].Answer.SetResult(answers![i]);
                else
                    answered[i].Answer.SetException(failure);
            });
        }
    }

    private List<(TQuestion Question, TaskCompletionSource<TAnswer> Answer)> Next()
    {
        lock (gate)
        {
            var batch = new List<(TQuestion, TaskCompletionSource<TAnswer>)>(Math.Min(most, waiting.Count));
            while (batch.Count < most && waiting.TryDequeue(out var asked))
                batch.Add(asked);
            if (batch.Count == 0)
                running--;
            return batch;
        }
    }
}
