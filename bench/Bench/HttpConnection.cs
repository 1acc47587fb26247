using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace EventSourcedOrgs.Bench;

/// <summary>What came back: the status, and the body if it was wanted.</summary>
internal readonly record struct HttpAnswer(int Status, string Head, byte[] Body)
{
    public string? Header(string name)
    {
        foreach (var line in Head.Split("\r\n"))
        {
            if (line.StartsWith(name, StringComparison.OrdinalIgnoreCase) && line[name.Length] == ':')
                return line[(name.Length + 1)..].Trim();
        }

        return null;
    }
}

/// <summary>
/// One connection of HTTP/1.1 that is kept open, with as little work as possible in it: the machine that is measured also runs the load. A request goes out as the bytes that it is made of.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Socket socket;
    private readonly CancellationTokenSource patience = new();
    private byte[] buffer = new byte[64 * 1024];
    private int start, end;

    private HttpConnection(Socket socket) => this.socket = socket;

    public static async Task<HttpConnection> OpenAsync(Uri server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Host, server.Port);
        return new(socket);
    }

    /// <summary>The bytes of a request.</summary>
    public static byte[] Request(string method, string path, string? token = null, string? json = null)
    {
        var text = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: bench\r\n");
        if (token is not null)
            text.Append("Authorization: Bearer ").Append(token).Append("\r\n");
        if (json is not null)
            text.Append("Content-Type: application/json\r\nContent-Length: ").Append(Encoding.UTF8.GetByteCount(json)).Append("\r\n");
        return Encoding.UTF8.GetBytes(text.Append("\r\n").Append(json).ToString());
    }

    /// <summary>Sends and waits for the whole answer, for a minute at most. Its head and body are kept only where they are wanted.</summary>
    /// <exception cref="TimeoutException">There was no answer; the message has the request.</exception>
    public async ValueTask<HttpAnswer> SendAsync(ReadOnlyMemory<byte> request, bool keep = false)
    {
        patience.CancelAfter(Patience);
        try
        {
            return await AskAsync(request, keep);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new TimeoutException($"No answer within {Patience}: {Encoding.UTF8.GetString(request.Span)}");
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        patience.Dispose();
    }

    private async ValueTask<HttpAnswer> AskAsync(ReadOnlyMemory<byte> request, bool keep)
    {
        for (var sent = 0; sent < request.Length;)
            sent += await socket.SendAsync(request[sent..]);

        int headLength;
        while ((headLength = buffer.AsSpan(start, end - start).IndexOf("\r\n\r\n"u8)) < 0)
            await ReadAsync();
        var head = Encoding.Latin1.GetString(buffer, start, headLength);
        var status = Number(buffer.AsSpan(start + 9, 3), 'D');
        start += headLength + 4;

        var body = keep ? new MemoryStream() : null;
        if (Value(head, "Content-Length: ") is { } length)
            await TakeAsync(int.Parse(length, System.Globalization.CultureInfo.InvariantCulture), body);
        else if (Value(head, "Transfer-Encoding: ") is "chunked")
            await TakeChunksAsync(body);
        return new(status, keep ? head : "", body?.ToArray() ?? []);
    }

    private static int Number(ReadOnlySpan<byte> text, char format) =>
        Utf8Parser.TryParse(text, out int number, out _, format) ? number : throw new IOException("The server speaks no HTTP/1.1.");

    private static string? Value(string head, string name)
    {
        var at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return null;
        var stop = head.IndexOf('\r', at);
        return stop < 0 ? head[(at + name.Length)..] : head[(at + name.Length)..stop];
    }

    private async ValueTask TakeChunksAsync(MemoryStream? body)
    {
        while (true)
        {
            int line;
            while ((line = buffer.AsSpan(start, end - start).IndexOf("\r\n"u8)) < 0)
                await ReadAsync();
            var size = Number(buffer.AsSpan(start, line), 'x');
            start += line + 2;
            await TakeAsync(size, body);
            await TakeAsync(2, null);
            if (size == 0)
                return;
        }
    }

    private async ValueTask TakeAsync(int length, MemoryStream? body)
    {
        while (length > 0)
        {
            if (start == end)
                await ReadAsync();
            var part = Math.Min(length, end - start);
            if (body is not null)
                await body.WriteAsync(buffer.AsMemory(start, part));
            start += part;
            length -= part;
        }
    }

    private async ValueTask ReadAsync()
    {
        if (start == end)
            (start, end) = (0, 0);
        if (end == buffer.Length)
        {
            var kept = start > 0 ? buffer : new byte[buffer.Length * 2];
            Buffer.BlockCopy(buffer, start, kept, 0, end - start);
            (buffer, start, end) = (kept, 0, end - start);
        }

        var read = await socket.ReceiveAsync(buffer.AsMemory(end), patience.Token);
        if (read == 0)
            throw new IOException("The server closed the connection.");
        end += read;
    }
}
