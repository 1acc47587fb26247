using EventSourcedOrgs.Domain;
using MediatR;

namespace EventSourcedOrgs.Application.Pipeline;

/// <summary>A question answered from the states as committed now.</summary>
public interface IQuery<T> : IRequest<Result<T>>;

/// <summary>Answers a question; never appends.</summary>
public interface IQueryHandler<in TQuery, T> : IRequestHandler<TQuery, Result<T>> where TQuery : IQuery<T>;
