//! The heads that are read: made up, but with the fields, the order and the lengths that browsers and servers send.

/// About 700 bytes, ten fields.
pub(crate) const REQUEST: &[u8] = b"GET /articles/2026/11/a-page-with-a-name?ref=start&lang=en HTTP/1.1\r\n\
Host: www.example.org\r\n\
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n\
Accept-Language: en-GB,en;q=0.7,de;q=0.3\r\n\
Accept-Encoding: gzip, deflate, br, zstd\r\n\
Referer: https://www.example.org/articles/2026/11/\r\n\
Connection: keep-alive\r\n\
Upgrade-Insecure-Requests: 1\r\n\
If-Modified-Since: Sun, 15 Nov 2026 10:00:00 GMT\r\n\
Cookie: session=0123456789abcdef0123456789abcdef; theme=dark; consent=yes; last_seen=1794990000; \
experiments=a1.b0.c3; region=eu-central\r\n\
\r\n";

/// About 500 bytes, twelve fields.
pub(crate) const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\n\
Server: nginx\r\n\
Date: Sun, 22 Nov 2026 10:00:00 GMT\r\n\
Content-Type: text/html; charset=utf-8\r\n\
Content-Length: 18435\r\n\
Connection: keep-alive\r\n\
Last-Modified: Sat, 21 Nov 2026 17:12:09 GMT\r\n\
ETag: \"65-5f1e0c2b8a3c0-gzip\"\r\n\
Vary: Accept-Encoding\r\n\
Cache-Control: max-age=3600, public\r\n\
Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n\
X-Content-Type-Options: nosniff\r\n\
Set-Cookie: session=0123456789abcdef; Path=/; Secure; HttpOnly; SameSite=Lax\r\n\
\r\n";

/// A name that neither has, as long as one that they have.
pub(crate) const ABSENT: &str = "Content-Kind";
