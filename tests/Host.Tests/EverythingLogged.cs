using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>Keeps all that a Host logs.</summary>
internal sealed class EverythingLogged : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    /// <summary>What an operator would look into.</summary>
    public ConcurrentQueue<string> Troubles { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Lines.Enqueue($"{formatter(state, exception)} {exception}");
        if (logLevel >= LogLevel.Warning)
            Troubles.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
        if (state is IEnumerable<KeyValuePair<string, object?>> values)
            Lines.Enqueue(string.Join(' ', values.Select(value => value.Value)));
    }

    public void Dispose()
    {
    }
}
