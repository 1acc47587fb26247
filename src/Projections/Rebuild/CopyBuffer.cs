using System.Buffers.Binary;
using System.Text;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Rows in the binary form of COPY, on their way into a table. An importer of the driver asks for the type of every value and may wait after each, which costs several times what is written.
/// Source: the documentation of PostgreSQL, COPY, "Binary Format", and what the <c>recv</c> functions of its types read.
/// </summary>
internal sealed class CopyBuffer
{
    /// <summary>Bytes after which it is worth sending.</summary>
    private const int Worth = 1 << 16;

    private const int OidOfUuid = 2950;
    private const int OidOfText = 25;
    private const int Null = -1;
    private const byte VersionOfJsonb = 1;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private byte[] bytes = new byte[Worth + (Worth / 4)];
    private int length;

    public bool IsWorthSending => length >= Worth;

    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, length);

    public void Clear() => length = 0;

    /// <summary>What comes before the first row: the signature, no flags, no extension.</summary>
    public void WriteHeader()
    {
        ReadOnlySpan<byte> signature = [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xff, (byte)'\r', (byte)'\n', 0];
        signature.CopyTo(Next(signature.Length));
        WriteInteger(0);
        WriteInteger(0);
    }

    /// <summary>What comes after the last row.</summary>
    public void WriteTrailer() => WriteShort(-1);

    public void BeginRow(int columns) => WriteShort((short)columns);

    public void WriteNull() => WriteInteger(Null);

    public void Write(bool value)
    {
        WriteInteger(sizeof(bool));
        Next(1)[0] = value ? (byte)1 : (byte)0;
    }

    public void Write(short value)
    {
        WriteInteger(sizeof(short));
        WriteShort(value);
    }

    public void Write(int value)
    {
        WriteInteger(sizeof(int));
        WriteInteger(value);
    }

    public void Write(long value)
    {
        WriteInteger(sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(Next(sizeof(long)), value);
    }

    public void Write(Guid value)
    {
        WriteInteger(16);
        value.TryWriteBytes(Next(16), bigEndian: true, out _);
    }

    /// <summary>Microseconds since 2000; the first and the last that there is are infinite, as the driver has it.</summary>
    public void Write(DateTime value) => Write(
        value == DateTime.MaxValue ? long.MaxValue : value == DateTime.MinValue ? long.MinValue : (value.Ticks - Epoch.Ticks) / TimeSpan.TicksPerMicrosecond);

    /// <summary>Days since 2000.</summary>
    public void Write(DateOnly value) => Write(
        value == DateOnly.MaxValue ? int.MaxValue : value == DateOnly.MinValue ? int.MinValue : value.DayNumber - DateOnly.FromDateTime(Epoch).DayNumber);

    public void Write(ReadOnlySpan<byte> value)
    {
        WriteInteger(value.Length);
        value.CopyTo(Next(value.Length));
    }

    public void Write(string value)
    {
        var size = Strict.GetByteCount(value);
        WriteInteger(size);
        Strict.GetBytes(value, Next(size));
    }

    public void WriteJsonb(string value)
    {
        var size = Strict.GetByteCount(value);
        WriteInteger(size + 1);
        Next(1)[0] = VersionOfJsonb;
        Strict.GetBytes(value, Next(size));
    }

    public void Write(IEnumerable<Guid> values) => WriteArray(values, OidOfUuid, Write);

    public void Write(IEnumerable<string> values) => WriteArray(values, OidOfText, Write);

    /// <summary>Its size, how many dimensions, whether there are nulls, the type; of what is not empty also how long it is and that it begins at one; then the elements.</summary>
    private void WriteArray<T>(IEnumerable<T> values, int type, Action<T> write)
    {
        var (begin, count) = (length, 0);
        Next(6 * sizeof(int));
        foreach (var value in values)
        {
            write(value);
            count++;
        }

        if (count == 0)
            length = begin + (4 * sizeof(int));
        ReadOnlySpan<int> head = [length - begin - sizeof(int), count == 0 ? 0 : 1, 0, type, count, 1];
        for (var n = 0; n < (count == 0 ? 4 : 6); n++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(begin + (n * sizeof(int))), head[n]);
    }

    private void WriteShort(short value) => BinaryPrimitives.WriteInt16BigEndian(Next(sizeof(short)), value);

    private void WriteInteger(int value) => BinaryPrimitives.WriteInt32BigEndian(Next(sizeof(int)), value);

    private Span<byte> Next(int size)
    {
        if (bytes.Length - length < size)
            Array.Resize(ref bytes, Math.Max(2 * bytes.Length, length + size));
        length += size;
        return bytes.AsSpan(length - size, size);
    }
}
