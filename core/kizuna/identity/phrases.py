"""The sentences of an explanation in English and Japanese, by evidence level, guard and verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Phrase(NamedTuple):
    """One sentence in both languages; ``{values}`` stands for the values concerned."""

    en: str
    ja: str


ENGLISH, JAPANESE = "en", "ja"
LANGUAGES = (ENGLISH, JAPANESE)

EVIDENCE: Mapping[tuple[str, str], Phrase] = {
    ("prior", "any_two"): Phrase(
        "Of any two records few are one, which stands against it first.", "任意の二つの記録が同一であることは稀です。"
    ),
    ("reference", "refers"): Phrase(
        "One record names the other: {values}.", "一方の記録が他方を参照しています: {values}。"
    ),
    ("reference", "shared"): Phrase(
        "Both name the same third record: {values}.", "両方が同じ記録を参照しています: {values}。"
    ),
    ("reference", "elsewhere"): Phrase(
        "They name different records of one system: {values}.", "同じシステムの別々の記録を参照しています: {values}。"
    ),
    ("corporate_number", "equal"): Phrase(
        "The corporate number is the same: {values}.", "法人番号が同じです: {values}。"
    ),
    ("corporate_number", "different"): Phrase(
        "The corporate numbers differ: {values}.", "法人番号が異なります: {values}。"
    ),
    ("email", "equal"): Phrase("Both carry the mailbox {values}.", "同じメールアドレスがあります: {values}。"),
    ("email", "equal_on_domain"): Phrase(
        "Both carry the mailbox {values} on their domain.", "共通のドメインに同じメールアドレスがあります: {values}。"
    ),
    ("email", "other_on_domain"): Phrase(
        "They have different mailboxes on one domain, as two colleagues have: {values}.",
        "同じドメインで異なるメールアドレスを使っています: {values}。",
    ),
    ("contact", "one"): Phrase("One person is known at both: {values}.", "両方に同じ担当者がいます: {values}。"),
    ("contact", "several"): Phrase(
        "Several people are known at both: {values}.", "両方に同じ担当者が複数います: {values}。"
    ),
    ("email", "slip"): Phrase(
        "Their mailboxes differ by a letter or two: {values}.", "メールアドレスが一、二文字だけ異なります: {values}。"
    ),
    ("born", "equal"): Phrase("The date of birth is the same: {values}.", "生年月日が同じです: {values}。"),
    ("born", "slip"): Phrase(
        "The dates of birth differ by one slip: {values}.", "生年月日が一箇所だけ異なります: {values}。"
    ),
    ("born", "near"): Phrase(
        "The dates of birth differ in two signs, or in one of year, month and day: {values}.",
        "生年月日が二文字、または年・月・日の一つだけ異なります: {values}。",
    ),
    ("born", "different"): Phrase("The dates of birth differ: {values}.", "生年月日が異なります: {values}。"),
    ("town", "equal"): Phrase("Both are in {values}.", "所在地が同じです: {values}。"),
    ("town", "slip"): Phrase("The towns are written almost alike: {values}.", "所在地の表記がほぼ同じです: {values}。"),
    ("town", "different"): Phrase("The towns differ: {values}.", "所在地が異なります: {values}。"),
    ("place", "equal"): Phrase("The address is the same: {values}.", "住所が同じです: {values}。"),
    ("place", "similar"): Phrase("The addresses are written almost alike.", "住所の表記がほぼ同じです。"),
    ("place", "elsewhere"): Phrase("The addresses differ.", "住所が異なります。"),
    ("customer", "same"): Phrase("Both are at the same customer.", "同じ顧客に所属しています。"),
    ("domain", "own"): Phrase("Both have the domain {values}.", "同じドメインを持っています: {values}。"),
    ("domain", "own_and_contact"): Phrase(
        "The domain of one is that of the other's contacts: {values}.",
        "一方のドメインが他方の担当者のメールドメインと同じです: {values}。",
    ),
    ("domain", "contact"): Phrase(
        "Only the contacts of both share the domain {values}.", "担当者のメールドメインだけが共通です: {values}。"
    ),
    ("phone", "equal"): Phrase("The telephone number is the same: {values}.", "電話番号が同じです: {values}。"),
    ("phone", "two_mobiles"): Phrase("Their mobile numbers differ.", "携帯電話番号が異なります。"),
    ("name", "missing"): Phrase(
        "One record has no name, so a second sign is needed.", "一方に名前がないため、別の根拠が必要です。"
    ),
    ("name", "equal"): Phrase("The names are equal: {values}.", "名前が一致しています: {values}。"),
    ("name", "translated"): Phrase(
        "One name is the other in another language: {values}.", "名前は他言語での同じ名前です: {values}。"
    ),
    ("name", "same_brand"): Phrase(
        "The names share the brand, but one has a word more: {values}.",
        "名前の主要部分は一致しますが、一方に語が加わっています: {values}。",
    ),
    ("name", "similar"): Phrase("The names are almost equal: {values}.", "名前がほぼ一致しています: {values}。"),
    ("name", "contained"): Phrase(
        "One name contains the other: {values}.", "一方の名前が他方を含んでいます: {values}。"
    ),
    ("name", "same_trade"): Phrase(
        "The names are in different scripts and name the same trade: {values}.",
        "表記の文字は異なりますが業種が同じです: {values}。",
    ),
    ("name", "unreadable"): Phrase(
        "The names are in different scripts and cannot be compared: {values}.",
        "表記の文字が異なり名前を比較できません: {values}。",
    ),
    ("name", "unread_signs"): Phrase(
        "One name is in kana and one in kanji, so they cannot be compared: {values}.",
        "一方は仮名、他方は漢字のため名前を比較できません: {values}。",
    ),
    ("name", "no_companys_name"): Phrase(
        "One name is, or may be, a person's or a web address, so it counts as missing: {values}.",
        "一方は個人名またはウェブアドレスの可能性があるため、名前は考慮しません: {values}。",
    ),
    ("name", "spelt"): Phrase(
        "A mailbox of one spells the other's name: {values}.",
        "一方のメールアドレスが他方の名前の綴りと一致しています: {values}。",
    ),
    ("name", "slip"): Phrase("The names are written almost alike: {values}.", "名前の表記がほぼ同じです: {values}。"),
    ("name", "half"): Phrase(
        "The full names have one part in common, the other differs: {values}.",
        "氏名の一部は同じですが、残りが異なります: {values}。",
    ),
    ("name", "partial"): Phrase(
        "One name can be a part or a short form of the other: {values}.",
        "名前の一部または略称が一致しています: {values}。",
    ),
    ("name", "unlike"): Phrase(
        "The names are unlike, but not both are full: {values}.",
        "名前は似ていませんが、氏名が揃っていません: {values}。",
    ),
    ("name", "different_business"): Phrase(
        "The names say two businesses: {values}.", "名前が別の事業を示しています: {values}。"
    ),
    ("name", "conflict"): Phrase("The names conflict: {values}.", "名前が矛盾しています: {values}。"),
    ("source", "same"): Phrase(
        "Both are records of one source, which needs stronger evidence.",
        "同じ接続の二つの記録なので、より強い根拠が必要です。",
    ),
}

GUARDS: Mapping[str, Phrase] = {
    "namesakes": Phrase(
        "Kept apart: one source has this name twice at the customer, so the name cannot tell who is meant ({values}).",
        "同じ顧客に同姓同名の記録が複数あり、名前では区別できません({values})。",
    ),
    "different_corporate_numbers": Phrase(
        "Kept apart: two corporate numbers are two companies ({values}).",
        "法人番号が異なるため別の会社です({values})。",
    ),
    "same_brand_different_business": Phrase(
        "Kept apart: companies of one group are separate customers ({values}).",
        "同じグループでも事業が異なる会社は別の顧客です({values})。",
    ),
    "conflicting_names_on_one_domain": Phrase(
        "Kept apart: the domain is shared, but the names conflict ({values}).",
        "ドメインは共通ですが名前が矛盾しています({values})。",
    ),
    "disjoint_domains_without_cross_reference": Phrase(
        "Kept apart: the domains differ and no reference or mailbox joins them ({values}).",
        "ドメインが異なり、参照や共通のメールアドレスもありません({values})。",
    ),
    "contradicted_reference": Phrase(
        "Kept apart: the reference {values} stands alone against everything else, so it may be stale or a slip.",
        "参照 {values} 以外に一致がなく他と矛盾するため、古いか誤りの可能性があります。",
    ),
    "two_telephone_numbers": Phrase(
        "Kept apart: telephone numbers of two places, and no full name says that they are one company ({values}).",
        "電話番号が別の場所のもので、正式名称でも同一と確認できません({values})。",
    ),
    "shared_domain": Phrase(
        "Kept apart: several companies share the domain {values}, and the contacts or telephone numbers differ.",
        "ドメイン {values} は複数の会社で共用され、担当者または電話番号が異なります。",
    ),
    "two_desks": Phrase(
        "Kept apart: companies of one group may share a desk's mailbox ({values}), each with its own desk.",
        "部署の共有アドレスはグループ各社で共用されることがあり、別の部署の可能性があります({values})。",
    ),
    "generic_value": Phrase(
        "Kept apart: differently named records of one source share {values}, so it says nothing by itself.",
        "{values} は同じ接続の別名の記録でも使われており、それだけでは根拠になりません。",
    ),
    "name_only": Phrase("Kept apart: a name alone never links ({values}).", "名前だけでは統合しません({values})。"),
    "full_names_conflict": Phrase(
        "Kept apart: two full names are two people, though the mailbox is one ({values}).",
        "氏名が異なるため別の人物です({values})。",
    ),
    "role_mailbox": Phrase(
        "Mailboxes read by a desk say company, not person.", "部署の共有アドレスは個人の根拠になりません。"
    ),
    "free_mail": Phrase(
        "Free-mail hosts say nothing about the employer.", "フリーメールのドメインは会社の根拠になりません。"
    ),
    "never_evidence": Phrase(
        "Values that somebody has said are never evidence were left out on both sides.",
        "根拠にしないと決められた値は両方で無視しました。",
    ),
    "placeholder": Phrase("Placeholder values were left out on both sides.", "仮の値は両方で無視しました。"),
    "same_source_two_records": Phrase(
        "Both are records of one source, which may mean two companies.",
        "同じ接続の二つの記録なので、別の会社の可能性があります。",
    ),
    "persons_decision_different": Phrase("Kept apart: a person decided so.", "担当者が別であると判断しました。"),
    "size_cap": Phrase(
        "Kept apart: the cluster would grow too large; look for a value that is shared too widely.",
        "統合すると大きくなりすぎます。広く共有されている値を確認してください。",
    ),
    "ambiguous": Phrase(
        "Kept apart: two records that cannot be one fit equally well.",
        "互いに別である二つの記録が同程度に一致しています。",
    ),
}

VERDICTS: Mapping[str, Phrase] = {
    "decided_same": Phrase("One: a person decided so.", "同一です: 担当者が判断しました。"),
    "decided_different": Phrase("Not one: a person decided so.", "別です: 担当者が判断しました。"),
    "linked": Phrase("One, with {bits} of {needed} bits needed.", "同一です: {bits} ビット(必要 {needed} ビット)。"),
    "blocked": Phrase(
        "Not one: a guard stands against {bits} bits.", "別です: {bits} ビットありますが、制約により統合しません。"
    ),
    "review": Phrase(
        "Open: {bits} of {needed} bits; a person should decide.",
        "未決です: {bits} ビット(必要 {needed} ビット)。確認が必要です。",
    ),
    "apart": Phrase("Not one: nothing strong enough agrees.", "別です: 十分に強い一致がありません。"),
}
