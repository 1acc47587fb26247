using EventSourcedOrgs.Domain;
using MediatR;

namespace EventSourcedOrgs.Application.Pipeline;

/// <summary>Something that can be asked to happen, whatever it answers.</summary>
public interface ICommand
{
    /// <summary>The id of the resource the request names, whose version an <c>If-Match</c> is compared with; null when it makes a new one.</summary>
    Guid? Target => null;

    /// <summary>True when it hashes a password or is work for many, and so takes long on purpose; few such commands run at once, so that the others never wait for them.</summary>
    bool IsSlow => false;

    /// <summary>True when a dry run is the command's own matter, as for an import; then the command is run whatever the request says.</summary>
    bool DryRunsItself => false;

    /// <summary>Reads what it will decide on together with the organization it stays within, in one statement at most; whatever is not read here is read when it is needed.</summary>
    Task Prefetch(Store store, CancellationToken cancellation) => Task.CompletedTask;
}

/// <summary>Something that can be asked to happen.</summary>
public interface ICommand<T> : ICommand, IRequest<Result<T>>;

/// <summary>Loads, decides, appends; never commits.</summary>
public interface ICommandHandler<in TCommand, T> : IRequestHandler<TCommand, Result<T>> where TCommand : ICommand<T>;
