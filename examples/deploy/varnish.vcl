# Varnish 6 or newer in front of the library: varnishd -a :80 -p http_gzip_support=off -f varnish.vcl
# (With its own gzip, Varnish would never ask for Brotli, which is about an eighth smaller. The library compresses.)
vcl 4.1;

import std;

backend library {
    .host = "127.0.0.1";
    .port = "8000";
    .probe = { .url = "/readyz"; .interval = 2s; .timeout = 1s; .window = 3; .threshold = 2; }
}

# Who may withdraw: curl -X BAN -H 'Cache-Tag: article-stroke' http://127.0.0.1/
acl editors { "localhost"; }

sub vcl_recv {
    if (req.method == "BAN") {
        if (client.ip !~ editors) { return (synth(403)); }
        if (req.http.Cache-Tag !~ "^(article|topic)-[a-z0-9-]+$") { return (synth(400, "Cache-Tag: name one article or topic")); }
        ban("obj.http.Cache-Tag ~ (^|,)" + req.http.Cache-Tag + "(,|$)");
        return (synth(200, "Withdrawn"));
    }
    unset req.http.Cookie;  # the library knows none
    # Three copies of an answer are kept, and not one for each way to write this header.
    if (req.http.Accept-Encoding ~ "(^|[ ,])br *(,|$)") {
        set req.http.Accept-Encoding = "br";
    } elsif (req.http.Accept-Encoding ~ "(^|[ ,])gzip *(,|$)") {
        set req.http.Accept-Encoding = "gzip";
    } else {
        unset req.http.Accept-Encoding;
    }
    # While the library answers, nothing is shown that is more than a minute past its time.
    if (std.healthy(req.backend_hint)) { set req.grace = 60s; }
}

sub vcl_backend_response {
    # While it does not, readers go on for as long as its own headers allow.
    if (beresp.http.Cache-Control ~ "stale-if-error=\d+") {
        set beresp.grace = std.duration(regsub(beresp.http.Cache-Control, ".*stale-if-error=(\d+).*", "\1s"), 0s);
    } else {
        set beresp.grace = 0s;
    }
    # A library that is ill does not take the place of what it said when it was well.
    if (beresp.status >= 500 && bereq.is_bgfetch) { return (abandon); }
}
