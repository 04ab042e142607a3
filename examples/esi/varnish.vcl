# A clinic's own Varnish (6 or newer), which puts the library's content into its pages: varnishd -a :80 -f varnish.vcl
vcl 4.1;

import std;

backend clinic { .host = "127.0.0.1"; .port = "8080"; }

# Varnish speaks no HTTPS to backends: on this port stands a proxy of yours that does, such as nginx or stunnel.
backend library {
    .host = "127.0.0.1";
    .port = "8000";
    .host_header = "library.example";
    .connect_timeout = 2s;
    .first_byte_timeout = 2s;
    .probe = { .url = "/readyz"; .interval = 2s; .timeout = 1s; .window = 3; .threshold = 2; .initial = 2; }
}

sub vcl_recv {
    set req.backend_hint = clinic;
    if (req.url ~ "^/health-library/") {
        if (req.esi_level == 0) { return (synth(404)); }  # only for includes
        set req.backend_hint = library;
        # Nothing of the reader goes along.
        unset req.http.Cookie;
        unset req.http.Authorization;
        unset req.http.Origin;
        unset req.http.Referer;
        unset req.http.X-Forwarded-For;
        # While the library answers, nothing is shown that is more than a minute past its time.
        if (std.healthy(req.backend_hint)) { set req.grace = 60s; }
        return (hash);
    }
}

sub vcl_backend_fetch {
    if (bereq.backend == library) { set bereq.url = regsub(bereq.url, "^/health-library", ""); }
}

sub vcl_backend_response {
    if (bereq.backend == clinic) {
        set beresp.do_esi = beresp.http.Content-Type ~ "^text/html";
    } else if (beresp.status != 200) {
        return (error(503));
    } else if (beresp.http.Cache-Control ~ "stale-if-error=\d+") {
        set beresp.grace = std.duration(regsub(beresp.http.Cache-Control, ".*stale-if-error=(\d+).*", "\1s"), 0s);
    }
}

# Where there is no content, readers get these words and the way to it.
sub vcl_backend_error {
    if (bereq.backend == library) {
        if (bereq.is_bgfetch) { return (abandon); }
        set beresp.status = 200;
        set beresp.ttl = 1s;
        set beresp.grace = 0s;
        set bereq.http.page = "/";
        if (bereq.url ~ "[?&](article|topic)=") {
            set bereq.http.page = regsub(bereq.url, "^.*[?&](article|topic)=([a-z0-9-]+).*$", "/\1s/\2");
        }
        synthetic("<p><strong>In an emergency, call 911 now.</strong> <a href='https://library.example" + bereq.http.page
            + "'>Read this in our health library</a></p>");
        return (deliver);
    }
}
