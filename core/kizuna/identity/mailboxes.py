"""E-mail addresses: what a field holds, which mailbox is behind it, and whether a person or a desk reads it."""

from __future__ import annotations

import re

from kizuna.identity.domains import ascii_host, company_domain, is_free_mail, is_placeholder_domain
from kizuna.identity.text import plain, without_accents

# A carrier in Japan allows dots anywhere in the local part, so their places are not checked.
_ADDRESS = re.compile(r"(?<![\w@.+'&^~-])([a-z0-9_.!#$%&'+^~-]{1,64})@([^\s@,;、，；|/<>()\[\]\"':]{3,253})(?![@\w])")
# One address and nothing else, as nearly every field holds it.
_ALONE = re.compile(r"([a-z0-9_.!#$%&'+^~-]{1,64})@([a-z0-9][a-z0-9.-]{1,251}[a-z0-9])")
_WORD_ENDS = re.compile(r"[\W_]+")
_PIECES = re.compile(r"[-_.]+")

ROLE_WORDS = frozenset(
    """
    abuse access account accounting accounts accountspayable accountsreceivable admin administration administrator ads
    alert alerts ap ar backoffice billing billings bookkeeping booking bookings bot bounce bounces business buchhaltung
    buyer career careers client clients compliance contact contacts contactus controller customer customercare customers
    customerservice customersuccess cs daemon delivery dev developer developers devops dpo ecommerce editor einkauf
    email enquiries enquiry events feedback finance finances financial frontdesk general gdpr hello help helpdesk hi
    hostmaster hr hrd info infos information inquiries inquiry invoice invoices invoicing it itsupport jobs kontakt legal
    list mail mailbox mailerdaemon management manager marketing media member members newsletter noreply noreplies
    notification notifications notify office officemanager ops operation operations operator order orders owner partner
    partners pay payable payables payment payments payroll personnel post postmaster pr press privacy procurement public
    purchase purchases purchasing receipt receipts receivable reception recruit recruiting recruitment registrar
    reservation reservations rechnung returns root sales salesteam secretary security service services shipping shop
    sos spam staff store studio subscribe subscription subscriptions success sup support supports sysadmin system tax team
    tech technical techsupport treasury unsubscribe vendor vendors vertrieb web webinfo webmaster welcome
    donotreply noanswer replyto
    keiri keirika soumu somu jinji eigyo eigyou eigyobu kaikei koho kouhou saiyo saiyou shomu syomu kanri kanribu
    honbu honsha honten hanbai otoiawase toiawase toi madoguchi uketsuke juchu jutyu hatchu hacchu koubai kobai kobaibu
    shiire seikyu seikyusho shiharai jimu jimukyoku hisho hisyo joho jouhou jyoho johosys jouhousystem shisutemu
    zaimu keirishitsu hanbaibu seizo seizou gijutsu gijyutsu hinshitsu kaigai tsuhan
    compta comptabilite comptable achat achats vente ventes facturation facture factures accueil rh secretariat commercial
    administratif logistique juridique siege
    buero buro verkauf rechnungen verwaltung personal bewerbung kundenservice kundendienst bestellung bestellungen empfang
    versand lager zentrale faktura
    houmu homu keiei kikaku soudan sodan okyakusama okyaku denwa daihyo daihyou tenpo seisan butsuryu shukka
    """.split()
)
_QUALIFIERS = frozenset(
    """
    jp japan tokyo osaka nagoya fukuoka sapporo sendai kyoto yokohama us usa uk eu de fr emea apac na asia global
    international ww hq center centre dept department div division desk group online net east west north south kanto
    kansai main all my the our do not no reply bu ka shitsu co inc corp web app saas api b2b
    """.split()
)
_DESKS_IN_JAPANESE = frozenset(
    """
    経理 経理部 経理課 経理担当 総務 総務部 総務課 総務担当 人事 人事部 人事課 営業 営業部 営業課 営業担当 情報システム部 情シス 広報 広報部
    購買 購買部 法務 法務部 企画部 管理部 管理課 お問い合わせ お問合せ 問い合わせ窓口 お問い合わせ窓口 窓口 担当者 ご担当者 ご担当者様 請求担当 事務局
    代表 受付 カスタマーサポート サポート サポートセンター
    """.split()
)
_PLACEHOLDER_LOCALS = frozenset(
    """
    a aa aaa aaaa abc anonymous asdf blank changeme deleted dummy email example fake foo guest na nil no nobody noemail
    nomail none noone null qwerty sample someone spamtrap temp test test1 test2 tester testing testuser undefined unknown
    user username x xx xxx xxxx your youremail yourname
    """.split()
)


def emails_in(text: str | None) -> tuple[str, ...]:
    """Every valid address in a field that may hold a list, lower case, host in ASCII, in order, once each."""
    if not text or ("@" not in text and "＠" not in text):
        return ()
    shown = plain(text).lower()
    alone = _ALONE.fullmatch(shown)
    if alone:
        host = ascii_host(alone.group(2))
        return (shown,) if host == alone.group(2) else (f"{alone.group(1)}@{host}",) if host else ()
    found: dict[str, None] = {}
    for match in _ADDRESS.finditer(shown):
        host = ascii_host(match.group(2).rstrip(".!?。"))
        if host:
            found[f"{match.group(1)}@{host}"] = None
    return tuple(found)


def mailbox(address: str) -> str:
    """The mailbox a normalised address delivers to: no ``+tag``, and no dots where the host ignores them."""
    local, _, host = address.rpartition("@")
    local = local.partition("+")[0] or local
    if host in {"gmail.com", "googlemail.com"}:
        return f"{local.replace('.', '') or local}@gmail.com"
    return f"{local}@{host}"


def is_role_mailbox(address: str) -> bool:
    """Whether a desk and not a person reads it: ``info@``, ``billing-jp@``, ``no-reply@``, ``keiri@``."""
    local = address.rpartition("@")[0].partition("+")[0]
    if local.isalpha():
        return local in ROLE_WORDS
    words = [word for piece in _PIECES.split(local) if (word := piece.rstrip("0123456789"))]
    if "".join(words) in ROLE_WORDS:
        return True
    return ROLE_WORDS.issuperset(set(words) - _QUALIFIERS) and not ROLE_WORDS.isdisjoint(words)


def is_desk_name(name: str) -> bool:
    """Whether a name names a desk and not a person: "Info", "IT Support", "経理部"."""
    words = [word for word in _WORD_ENDS.split(without_accents(plain(name)).lower()) if word]
    known = all(word in ROLE_WORDS or word in _QUALIFIERS or word in _DESKS_IN_JAPANESE for word in words)
    return known and any(word not in _QUALIFIERS for word in words)


def is_placeholder_mailbox(address: str) -> bool:
    """Whether the address only fills a field: ``test@…``, ``noemail@…``, anything at ``example.com``."""
    local, _, host = address.rpartition("@")
    word = local.partition("+")[0].replace("-", "").replace("_", "").replace(".", "")
    held_down = len(word) > 2 and len(set(word)) == 1
    return is_placeholder_domain(host) or word in _PLACEHOLDER_LOCALS or not word or held_down


def is_free_mailbox(address: str) -> bool:
    """Whether the address lies at a host where anybody can have one."""
    return is_free_mail(address.rpartition("@")[2])


def domain_of(address: str) -> str | None:
    """The company's domain in a normalised address; None for free mail, placeholders and shared hosts."""
    return company_domain(address.rpartition("@")[2])
