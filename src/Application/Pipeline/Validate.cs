using EventSourcedOrgs.Domain;
using FluentValidation;
using MediatR;

namespace EventSourcedOrgs.Application.Pipeline;

/// <summary>The second step of every request: is its text what it may be? All that is wrong is answered at once.</summary>
public sealed class Validate<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
    where TResponse : IResult<TResponse>
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var errors = validators
            .SelectMany(validator => validator.Validate(request).Errors)
            .Select(failure => new FieldError(PointerOf(failure.PropertyName), failure.ErrorMessage))
            .ToValueList();
        return errors.Count > 0 ? TResponse.Refused(Refusal.Validation(errors)) : await next();
    }

    /// <summary><c>Changes.Address.City</c> is <c>/address/city</c>, <c>Tags[2]</c> is <c>/tags/2</c>.</summary>
    private static string PointerOf(string property) => string.Concat(
        property.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)
            .Split('.', StringSplitOptions.RemoveEmptyEntries)
            .Where(part => part is not ("Changes" or "Terms" or "Codes"))
            .Select(part => $"/{char.ToLowerInvariant(part[0])}{part[1..]}"));
}
