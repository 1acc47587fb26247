using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Host.Api.Wire;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>How the types of bodies are described: ids as UUIDs, lists as arrays, what may be left out as what it holds.</summary>
internal static class OpenApiSchemas
{
    private const string Prefix = "Wire";

    /// <summary>The name of a type in the document; none for what is described where it stands.</summary>
    public static string? NameOf(JsonTypeInfo type) =>
        IsId(type.Type) || type.Type.IsAssignableTo(typeof(JsonNode)) || type.Type == typeof(Role) || IsOf(type.Type, typeof(Optional<>)) || IsOf(type.Type, typeof(ValueList<>)) ? null
        : OpenApiOptions.CreateDefaultSchemaReferenceId(type) is not { } name ? null
        : name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..]
        : name;

    public static async Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        var orNull = type != context.JsonTypeInfo.Type || context.JsonPropertyInfo is { IsSetNullable: true, IsGetNullable: true } ? JsonSchemaType.Null : default;
        if (IsId(type) || type == typeof(Guid))
            (schema.Type, schema.Format, schema.Description) = (JsonSchemaType.String | orNull, "uuid", null);
        else if (type == typeof(DateTimeOffset))
            (schema.Type, schema.Format) = (JsonSchemaType.String | orNull, "date-time");
        else if (schema.Type is { } number && (number & (JsonSchemaType.Integer | JsonSchemaType.Number)) != 0)
            (schema.Type, schema.Pattern) = (number & ~JsonSchemaType.String, null); // that a text with a number in it is read, too, is for clients that cannot help it
        else if (type == typeof(Role))
            (schema.Type, schema.Description) = (JsonSchemaType.String | orNull, null);
        else if (type.IsAssignableTo(typeof(JsonNode)))
            schema.Type = null; // whatever JSON there is
        else if (type.IsEnum)
            (schema.Type, schema.Enum) = (JsonSchemaType.String, [.. schema.Enum?.Where(name => name is not null) ?? []]);
        else if (IsOf(type, typeof(ValueList<>)))
            await DescribeListAsync(schema, type, orNull, context, cancellation);
        else if (IsOf(type, typeof(Optional<>)))
            await DescribeOptionalAsync(schema, type, context, cancellation);

        foreach (var absent in context.JsonTypeInfo.Properties.Where(MayBeAbsent))
            schema.Required?.Remove(absent.Name);
        if (context.JsonPropertyInfo is { } property && IsRequest(property.DeclaringType))
            OpenApiLimits.Apply(schema, property);
    }

    private static async Task DescribeListAsync(
        OpenApiSchema schema, Type type, JsonSchemaType orNull, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        (schema.Type, schema.Description) = (JsonSchemaType.Array | orNull, null);
        schema.Items = await context.GetOrCreateSchemaAsync(type.GetGenericArguments()[0], cancellationToken: cancellation);
    }

    private static async Task DescribeOptionalAsync(OpenApiSchema schema, Type type, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var inner = await context.GetOrCreateSchemaAsync(type.GetGenericArguments()[0], cancellationToken: cancellation);
        schema.Description = null;
        if (inner.Type is { } kind && !kind.HasFlag(JsonSchemaType.Object))
            (schema.Type, schema.Format, schema.Items) = (kind | JsonSchemaType.Null, inner.Format, inner.Items);
        else
            schema.OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, inner];
    }

    private static bool MayBeAbsent(JsonPropertyInfo property) => property.AttributeProvider?.IsDefined(typeof(JsonIgnoreAttribute), true) is true;

    /// <summary>The types of answers begin with the prefix; an address is in both.</summary>
    private static bool IsRequest(Type type) => type == typeof(WireAddress) || !type.Name.StartsWith(Prefix, StringComparison.Ordinal);

    public static bool IsId(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type).GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IId<>));

    private static bool IsOf(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;
}
