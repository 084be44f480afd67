"""URLs as a hostile page may write them, for the laws of this folder."""

from hypothesis import strategies as st

PARTS = ["/", "?", "#", "&", "=", "%", "%2e", "%41", "%2F", "..", ".", "amp", "/amp/", ".amp", ";jsessionid=1", ";sid=",
         "utm_source=x", "a", "B", "é", "中", " ", "\\", ":", ":80", "@", "[", "]", "::1", "example.com", "amp.",
         "/c/s/", "/amp/s/", "example-com.", "\t", "-", "_", "\x00", "\ud800", "amp=1", "xn--"]  # fmt: skip
hostile_urls = st.one_of(
    st.text(),
    st.builds(lambda scheme, parts: scheme + "".join(parts),
              st.sampled_from(["http://", "https://", "HTTP://example.com", "https://example.com/", "//", ""]),
              st.lists(st.sampled_from(PARTS), max_size=12)),
)  # fmt: skip
