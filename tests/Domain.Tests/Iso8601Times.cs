using System.Globalization;

namespace EventSourcedOrgs.Domain.Tests;

public class Iso8601Times
{
    [Theory]
    [InlineData("2027-03-04", "2027-03-04T00:00:00.0000000")]
    [InlineData("2028-02-29T10:30", "2028-02-29T10:30:00.0000000")]
    [InlineData("2027-03-04 10:30:15+00:00", "2027-03-04T10:30:15.0000000")]
    [InlineData("2027-03-04T10:30:15", "2027-03-04T10:30:15.0000000")]
    [InlineData("2027-03-04t10:30:15z", "2027-03-04T10:30:15.0000000")]
    [InlineData("2027-03-04T10:30Z", "2027-03-04T10:30:00.0000000")]
    [InlineData("2027-03-04T10:30:15.5Z", "2027-03-04T10:30:15.5000000")]
    [InlineData("2027-03-04T10:30:15.1234567Z", "2027-03-04T10:30:15.1234567")]
    [InlineData("2027-03-04T10:30:15.123456789Z", "2027-03-04T10:30:15.1234567")]
    [InlineData("2027-03-04T10:30:15.123456789012345+00:00", "2027-03-04T10:30:15.1234567")]
    [InlineData("2027-03-04T10:30:15+02:00", "2027-03-04T08:30:15.0000000")]
    [InlineData("2027-03-04T10:30:15-0230", "2027-03-04T13:00:15.0000000")]
    [InlineData("2027-03-04T10:30+02", "2027-03-04T08:30:00.0000000")]
    [InlineData("0001-01-01T14:00:00+14:00", "0001-01-01T00:00:00.0000000")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999")]
    public void A_time_is_read_as_UTC_unless_it_says_otherwise(string text, string utc)
    {
        Iso8601.TryParse(text, out var time).ShouldBeTrue();
        time.Offset.ShouldBe(TimeSpan.Zero);
        time.DateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture).ShouldBe(utc);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("03/04/2027")]
    [InlineData("10:30")]
    [InlineData("5.6")]
    [InlineData("Mar 2027")]
    [InlineData("2027-03")]
    [InlineData("27-03-04")]
    [InlineData("2027-3-4")]
    [InlineData("20270304")]
    [InlineData("2027-02-29")]
    [InlineData("2027-13-01")]
    [InlineData("2027-00-01")]
    [InlineData("2027-01-00")]
    [InlineData("0000-01-01")]
    [InlineData("10000-01-01")]
    [InlineData("-2027-03-04")]
    [InlineData(" 2027-03-04")]
    [InlineData("2027-03-04 ")]
    [InlineData("2027-03-04Z")]
    [InlineData("2027-03-04T")]
    [InlineData("2027-03-04T10")]
    [InlineData("2027-03-04  10:30")]
    [InlineData("2027-03-04T24:00")]
    [InlineData("2027-03-04T10:60")]
    [InlineData("2027-03-04T10:30:60")]
    [InlineData("2027-03-04T10:30:")]
    [InlineData("2027-03-04T10:30.5")]
    [InlineData("2027-03-04T10:30:15.")]
    [InlineData("2027-03-04T10:30:15.Z")]
    [InlineData("2027-03-04T10:30:15ZZ")]
    [InlineData("2027-03-04T10:30:15+")]
    [InlineData("2027-03-04T10:30:15+2")]
    [InlineData("2027-03-04T10:30:15+02:")]
    [InlineData("2027-03-04T10:30:15+02:0")]
    [InlineData("2027-03-04T10:30:15+02:60")]
    [InlineData("2027-03-04T10:30:15+14:01")]
    [InlineData("2027-03-04T10:30:15 PM")]
    [InlineData("\u0662\u0660\u0662\u0667-03-04")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("9999-12-31T23:59:59-14:00")]
    public void Whatever_else_is_no_time(string? text)
    {
        Iso8601.TryParse(text.AsSpan(), out var time).ShouldBeFalse();
        time.ShouldBe(DateTimeOffset.MinValue);
    }
}
