using System.Runtime.CompilerServices;

namespace EventSourcedOrgs.Portal.Api;

/// <summary>Questions that do not need each other's answers are asked at once: a tuple of them is awaited, and answers a tuple. What the first of them refuses is what is told.</summary>
public static class Together
{
    public static TaskAwaiter<(T1, T2)> GetAwaiter<T1, T2>(this (Task<T1>, Task<T2>) asked)
    {
        return All().GetAwaiter();

        async Task<(T1, T2)> All()
        {
            await Task.WhenAll(asked.Item1, asked.Item2);
            return (await asked.Item1, await asked.Item2);
        }
    }

    public static TaskAwaiter<(T1, T2, T3)> GetAwaiter<T1, T2, T3>(this (Task<T1>, Task<T2>, Task<T3>) asked)
    {
        return All().GetAwaiter();

        async Task<(T1, T2, T3)> All()
        {
            await Task.WhenAll(asked.Item1, asked.Item2, asked.Item3);
            return (await asked.Item1, await asked.Item2, await asked.Item3);
        }
    }

    public static TaskAwaiter<(T1, T2, T3, T4)> GetAwaiter<T1, T2, T3, T4>(this (Task<T1>, Task<T2>, Task<T3>, Task<T4>) asked)
    {
        return All().GetAwaiter();

        async Task<(T1, T2, T3, T4)> All()
        {
            await Task.WhenAll(asked.Item1, asked.Item2, asked.Item3, asked.Item4);
            return (await asked.Item1, await asked.Item2, await asked.Item3, await asked.Item4);
        }
    }

    public static TaskAwaiter<(T1, T2, T3, T4, T5)> GetAwaiter<T1, T2, T3, T4, T5>(this (Task<T1>, Task<T2>, Task<T3>, Task<T4>, Task<T5>) asked)
    {
        return All().GetAwaiter();

        async Task<(T1, T2, T3, T4, T5)> All()
        {
            await Task.WhenAll(asked.Item1, asked.Item2, asked.Item3, asked.Item4, asked.Item5);
            return (await asked.Item1, await asked.Item2, await asked.Item3, await asked.Item4, await asked.Item5);
        }
    }
}
