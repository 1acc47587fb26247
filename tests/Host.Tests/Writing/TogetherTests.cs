using EventSourcedOrgs.Application.Writing;

namespace EventSourcedOrgs.Host.Tests.Writing;

public class TogetherTests
{
    [Fact]
    public async Task What_is_asked_while_the_work_runs_is_answered_together_by_the_next()
    {
        var (first, batches) = (new TaskCompletionSource(), new List<int>());
        var together = new Together<int, int>(100, 1, async questions =>
        {
            batches.Add(questions.Count);
            if (batches.Count == 1)
                await first.Task;
            return [.. questions.Select(question => -question)];
        });

        var alone = together.Ask(1);
        while (batches.Count == 0)
            await Task.Delay(1);
        var others = Enumerable.Range(2, 50).Select(together.Ask).ToList();
        first.SetResult();

        (await alone).ShouldBe(-1);
        (await Task.WhenAll(others)).ShouldBe(Enumerable.Range(2, 50).Select(question => -question));
        batches.ShouldBe([1, 50]);
    }

    [Fact]
    public async Task No_more_than_the_most_come_together_and_a_failure_is_told_to_those_it_concerns()
    {
        var together = new Together<int, int>(10, 2, questions =>
            questions.Contains(13) ? throw new InvalidOperationException("unlucky") : Task.FromResult<IReadOnlyList<int>>([.. questions.Select(_ => questions.Count)]));

        var answers = Enumerable.Range(1, 40).Select(together.Ask).ToList();
        await Task.WhenAll(answers).ContinueWith(_ => { }, TaskScheduler.Default);

        answers.Where(answer => answer.IsCompletedSuccessfully).ShouldAllBe(answer => answer.Result <= 10);
        answers[12].IsFaulted.ShouldBeTrue();
        answers.Count(answer => answer.IsFaulted).ShouldBeInRange(1, 10);
        (await together.Ask(1)).ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_is_busy_with_an_answer_keeps_nobody_else_waiting()
    {
        var (first, busy) = (new TaskCompletionSource(), new CountdownEvent(4));
        var together = new Together<int, int>(100, 1, async questions =>
        {
            await first.Task;
            return [.. questions.Select(question => -question)];
        });

        // The first comes alone, the others with the next one; each then waits, on its thread, until all have their answers, and the last of them asked once more.
        var askers = Enumerable.Range(1, 4).Select(AskAndStay).ToList();
        _ = Task.Run(first.SetResult);
        await Task.WhenAll(askers).WaitAsync(TimeSpan.FromMinutes(1));

        async Task AskAndStay(int question)
        {
            await together.Ask(question);
            if (question == 4)
                await together.Ask(5);
            busy.Signal();
            busy.Wait(TimeSpan.FromMinutes(1)).ShouldBeTrue();
        }
    }
}
