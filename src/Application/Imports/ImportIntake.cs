using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.Imports;

/// <summary>Takes a file in: announces the import, which is where it is authorized, stages the rows, and starts it.</summary>
public sealed class ImportIntake(Commands commands, StagedRows staged)
{
    /// <param name="command">What is to become of the rows.</param>
    /// <param name="rows">The rows, read only once the import is allowed.</param>
    /// <param name="envelope">Who asks.</param>
    /// <param name="start">Sends the command that starts the import.</param>
    /// <param name="cancellation">Stops the intake; nothing of it stays.</param>
    public async Task<Result<T>> Take<T>(
        ReceiveImport command, IAsyncEnumerable<Result<ImportRow>> rows, Envelope envelope, Func<StartImport, Task<T>> start, CancellationToken cancellation)
    {
        var announced = await commands.Run(command, envelope, null, cancellation);
        if (announced.Result.Refusal is { } refused)
            return refused;

        try
        {
            var received = await staged.Receive(announced.Result.Value!, rows, cancellation);
            return received.Refusal is { } refusal ? refusal : await start(new StartImport(command.Import, received.Value));
        }
        finally
        {
            await staged.ForgetUnlessStarted(command.Import);
        }
    }
}
