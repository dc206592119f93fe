"""Words in company names that say a trade, a place or a rank in a group: what is left without them is the brand."""

from __future__ import annotations

from kizuna.identity.japanese import fold_long_vowels, reads_as_japanese

_TRADE_WORDS = {
    # 製作所 is called Works, Manufacturing or Industries in English, so these are one.
    "industry": "製作所 製造 製作 工作所 工業 産業 興業 鉄工所 鉄工 seisakujo seisakusho seizo kogyo sangyo tekkojo tekko manufacturing"
    " manufacturers mfg industries industrial industry works ironworks industrie maschinenbau mecanique werkzeugbau metallbau",
    "trading": "商事 商会 物産 通商 貿易 交易 商店 商社 shoji shokai bussan tsusho boeki trading traders trade handels grosshandel"
    " negoce wholesale distribution supply",
    "electric": "電機 電気 電子 電工 denki denshi denko electric electronics electrical",
    "foods": "食品 フーズ フード shokuhin foods food lebensmittel feinkost alimentaire",
    "confectionery": "製菓 菓子 製パン ベーカリー seika confectionery bakery boulangerie",
    "fisheries": "水産 suisan fisheries fishery seafood",
    "noodles": "製麺 製粉 seimen noodles flour",
    "brewery": "酒造 醸造 飲料 ビバレッジ shuzo jozo brewery brewing beverage beverages brauerei vins wines",
    "logistics": "物流 運輸 運送 輸送 陸運 海運 通運 ロジスティクス ロジスティックス butsuryu unyu unso kaiun logistics transport transports"
    " transportation shipping freight cargo logistik spedition logistique",
    "warehouse": "倉庫 soko warehouse warehousing storage",
    "construction": "bau batiment 建設 建築 工務店 土木 組 kensetsu kenchiku komuten construction builders building contractors",
    "systems": "システムサービス 電算 情報サービス 情報システム densan joho computing systemhaus datentechnik informatique システムズ システム shisutemuzu shisutemu systems system",
    "software": "logiciels ソフトウェア ソフトウエア ソフト sofutowea software",
    "pharma": "pharmacie 製薬 薬品 薬局 ファーマ seiyaku yakuhin pharma pharmaceutical pharmaceuticals pharmacy",
    "property": "住建 juken immobilien immobilier 不動産 地所 住宅 ハウス ホーム fudosan jisho jutaku realty estate properties property homes housing",
    "printing": "druck imprimerie 印刷 insatsu printing print press",
    "telecom": "通信 テレコム tsushin telecom communications telecommunications",
    "publishing": "verlag editions 出版 書店 書房 新聞 新聞社 shuppan shobo shinbun publishing publishers books",
    "chemicals": "樹脂 プラスチック jushi plastics plastic plastiques kunststofftechnik 化学 化成 ケミカル kagaku kasei chemical chemicals",
    "metals": "製鉄 製鋼 金属 鉄鋼 鋼業 seitetsu kinzoku steel metals metal",
    "motors": "autohaus automobiles automobile 自動車 モーターズ 車両 jidosha motor motors automotive auto",
    "insurance": "保険サービス versicherung versicherungsmakler assurances 保険 生命 損保 hoken seimei insurance assurance",
    "bank": "信用 shinyo credit 銀行 信用金庫 信金 信託 ginko shinkin bank banking",
    "finance": "証券 金融 リース ファイナンス 投資 shoken kinyu finance financial securities leasing",
    "capital": "キャピタル ベンチャーズ capital ventures investments",
    "energy": "energie 電力 ガス 石油 エネルギー denryoku gasu sekiyu energy power gas oil petroleum",
    "travel": "reisen voyages 旅行 観光 トラベル ツーリスト ryoko kanko travel tours tourism",
    "hotel": "inn ホテル 旅館 hoteru ryokan hotel hotels resort resorts",
    "hospital": "medizin 病院 医院 クリニック 診療所 歯科 byoin kurinikku hospital clinic dental",
    "school": "進学塾 塾 juku akademie formation learning 大学 学園 学院 高校 高等学校 daigaku gakuen gakuin university college school academy",
    "farming": "agrar agricole 農園 農場 牧場 noen nojo farm farms agriculture agri",
    "textiles": "衣料 アパレル mode 繊維 紡績 織物 seni boseki textile textiles apparel",
    "furniture": "家具 インテリア kagu furniture interior",
    "machinery": "機械 機工 重工 重工業 kikai juko machinery machines heavyindustries",
    "precision": "精機 精密 seiki seimitsu precision",
    "optics": "光学 kogaku optical optics",
    "glass": "硝子 ガラス garasu glass",
    "rubber": "ゴム gomu rubber tire tires",
    "paper": "製紙 紙業 seishi paper",
    "railway": "鉄道 電鉄 tetsudo dentetsu railway railways rail",
    "aviation": "航空 koku airlines airways aviation air",
    "broadcasting": "放送 テレビ hoso broadcasting television tv",
    "advertising": "広告 広告社 kokoku advertising ads",
    "staffing": "人材 スタッフ 派遣 jinzai staffing recruiting",
    "security": "警備 セキュリティ keibi security",
    "retail": "百貨店 ストア スーパー マート 量販 hyakkaten retail stores store mart supermarket",
    "design": "設計事務所 architectes ingenieure デザイン 設計 dezain sekkei design designs architects",
    "consulting": "企画 kikaku planning beratung conseil expertise コンサルティング コンサルタント konsarutingu consulting consultants consultancy advisory",
    "law": "法律事務所 弁護士事務所 law legal attorneys",
    "accounting": "steuerberatung 会計 会計事務所 税理士事務所 kaikei accounting accountants",
    "research": "研究所 総研 総合研究所 kenkyujo soken research laboratories laboratory labs lab",
    "media": "メディア media",
    "entertainment": "エンタテインメント エンターテインメント 芸能 entertainment",
    "games": "ゲームス ゲームズ games gaming",
    "robotics": "ロボティクス robotics",
    "biotech": "バイオ biotech bio",
    "health": "医療機器 iryokiki medizintechnik sante ヘルスケア 健康 healthcare health medical",
    "cosmetics": "化粧品 コスメティックス keshohin cosmetics beauty",
    "waterworks": "水道 環境 suido kankyo water environmental environment",
    "equipment": "設備 setsubi equipment facilities",
    # The company that holds the shares is never the company that does the work.
    "holdings": "ホールディングス ホールディング 持株会社 hd hldgs holdings holding",
    "foundation": "財団 基金 foundation",
    "welfare": "福祉会 fukushikai welfare",
    "garden": "園芸 造園 engei zoen garden gardens",
    "analytics": "アナリティクス analytics",
    "networks": "ネットワークス networks network",
}
_REGION_WORDS = {
    "jp": "日本 ジャパン にほん にっぽん nippon nihon japan",
    "us": "米国 アメリカ usa us america american",
    "uk": "英国 uk britain",
    "de": "ドイツ germany deutschland",
    "fr": "フランス france",
    "nl": "オランダ netherlands",
    "cn": "中国 チャイナ china",
    "hk": "香港 hongkong",
    "tw": "台湾 taiwan",
    "kr": "韓国 コリア korea",
    "sg": "シンガポール singapore",
    "th": "タイランド thailand",
    "vn": "ベトナム vietnam",
    "in": "インド india",
    "au": "オーストラリア australia",
    "ca": "カナダ canada",
    "apac": "アジア アジアパシフィック asia apac asiapacific pacific",
    "emea": "ヨーロッパ 欧州 europe emea eu",
}
_EMPTY_WORDS = (
    "グループ group the 本社 headquarters hq グローバル global インターナショナル international worldwide 御中 honsha"
)


def _codes(table: dict[str, str]) -> dict[str, str]:
    return {word: code for code, words in table.items() for word in words.split()}


TRADE_OF = _codes(_TRADE_WORDS)
REGION_OF = _codes(_REGION_WORDS)
EMPTY_WORDS = frozenset(_EMPTY_WORDS.split())
HOLDINGS = "holdings"
# An office of a company is the company.
BRANCH_ENDINGS = tuple(
    "支店 支社 営業所 事業所 事業部 出張所 本店 本社 本部 工場 研究所 branch office division plant".split()
)

# Japanese runs the words of a name together, so the trade is the end of the last one. In Latin letters only words of
# five letters and more are sought there: a shorter one is part of too many names.
JAPANESE_ENDINGS = frozenset(word for word in TRADE_OF if not word.isascii())
ROMAJI_ENDINGS = frozenset(
    word
    for word in TRADE_OF
    if word.isascii() and len(word) >= 5 and fold_long_vowels(word) == word and reads_as_japanese(word)
)
LONGEST_ENDING = max(map(len, JAPANESE_ENDINGS | ROMAJI_ENDINGS))
JAPANESE_REGIONS = tuple(sorted((word for word in REGION_OF if not word.isascii()), key=len, reverse=True))
