using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Where a walk goes on: after this pair, at this moment and, where two are compared, since that other one. Its token carries a checksum over itself and the
/// list it belongs to.
/// </summary>
internal sealed record AccessCursor(Moment Moment, Guid User, Guid? License, Moment? From = null)
{
    private const int MomentLength = 8 + 8;
    private const int Length = MomentLength + 16 + 16;
    private const int ChecksumLength = 8;

    public AccessCursor(Moment moment, AccessRow row) : this(moment, row.User.Id.Value, row.License?.Id.Value) { }

    public string Write(object list)
    {
        var bytes = new byte[From is null ? Length : Length + MomentLength];
        Write(Moment, bytes);
        User.TryWriteBytes(bytes.AsSpan(16));
        (License ?? Guid.Empty).TryWriteBytes(bytes.AsSpan(32));
        if (From is not null)
            Write(From, bytes.AsSpan(Length));
        return Base64Url.EncodeToString([.. bytes, .. Checksum(bytes, list)]);
    }

    public static AccessCursor? Read(string token, object list)
    {
        if (token.Length > 2 * (Length + MomentLength) || !Base64Url.IsValid(token)
            || Base64Url.DecodeFromChars(token) is not { Length: Length + ChecksumLength or Length + MomentLength + ChecksumLength } all)
            return null;

        var bytes = all.AsSpan(0, all.Length - ChecksumLength);
        if (!all.AsSpan(bytes.Length).SequenceEqual(Checksum(bytes, list)))
            return null;

        var license = new Guid(bytes[32..48]);
        return new(
            ReadMoment(bytes), new(bytes[16..32]), license == Guid.Empty ? null : license, bytes.Length == Length ? null : ReadMoment(bytes[Length..]));
    }

    private static void Write(Moment moment, Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes, moment.Position);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], moment.At.UtcTicks);
    }

    private static Moment ReadMoment(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadInt64BigEndian(bytes), new(BinaryPrimitives.ReadInt64BigEndian(bytes[8..]), TimeSpan.Zero));

    private static byte[] Checksum(ReadOnlySpan<byte> bytes, object list) =>
        SHA256.HashData([.. bytes, .. Encoding.UTF8.GetBytes(list.ToString()!)])[..ChecksumLength];
}
