"""What Japanese companies are named after and what they do."""

from __future__ import annotations

from functools import cache

import msgspec

from kizuna.sandbox.words.word import Word, words

NATURE = """
青葉/アオバ/aoba 若葉/ワカバ/wakaba 朝日/アサヒ/asahi 旭/アサヒ/asahi 大和/ヤマト/yamato 瑞穂/ミズホ/mizuho 日の出/ヒノデ/hinode 白鳥/ハクチョウ/hakucho
銀河/ギンガ/ginga 北斗/ホクト/hokuto 七星/シチセイ/shichisei 曙/アケボノ/akebono 若竹/ワカタケ/wakatake 千鳥/チドリ/chidori 飛鳥/アスカ/asuka
鳳/オオトリ/otori 鶴亀/ツルカメ/tsurukame 松竹梅/ショウチクバイ/shochikubai 白樺/シラカバ/shirakaba 紅葉/モミジ/momiji 桜花/オウカ/oka 菊水/キクスイ/kikusui
梅園/バイエン/baien 藤棚/フジダナ/fujidana 萩の里/ハギノサト/haginosato 月見/ツキミ/tsukimi 雪国/ユキグニ/yukiguni 風雅/フウガ/fuga 海風/ウミカゼ/umikaze
潮騒/シオサイ/shiosai 山彦/ヤマビコ/yamabiko 清流/セイリュウ/seiryu 渓谷/ケイコク/keikoku 泉/イズミ/izumi 若潮/ワカシオ/wakashio 早苗/サナエ/sanae
陽だまり/ヒダマリ/hidamari 木漏れ日/コモレビ/komorebi 夕凪/ユウナギ/yunagi 明星/ミョウジョウ/myojo 天竜/テンリュウ/tenryu 白浜/シラハマ/shirahama
"""

# Two of these make a name: 三 + 和, 東 + 光, 共 + 栄 …
HEADS = """
三/サン/san 東/トウ/to 西/セイ/sei 南/ナン/nan 北/ホク/hoku 大/ダイ/dai 新/シン/shin 日/ニッ/ni 共/キョウ/kyo 協/キョウ/kyo 丸/マル/maru
富/フ/fu 正/セイ/sei 光/コウ/ko 栄/エイ/ei 信/シン/shin 明/メイ/mei 清/セイ/sei 平/ヘイ/hei 昭/ショウ/sho 和/ワ/wa 千/セン/sen 豊/ホウ/ho
太/タイ/tai 双/ソウ/so 京/ケイ/kei 興/コウ/ko 恵/ケイ/kei 誠/セイ/sei 弘/コウ/ko 松/ショウ/sho 竹/チク/chiku 菱/リョウ/ryo 関/カン/kan 中/チュウ/chu
"""
TAILS = """
和/ワ/wa 光/コウ/ko 栄/エイ/ei 洋/ヨウ/yo 信/シン/shin 豊/ホウ/ho 晃/コウ/ko 星/セイ/sei 陽/ヨウ/yo 邦/ホウ/ho 立/リツ/ritsu 進/シン/shin
昇/ショウ/sho 明/メイ/mei 伸/シン/shin 興/コウ/ko 成/セイ/sei 友/ユウ/yu 亜/ア/a 央/オウ/o 英/エイ/ei 泉/セン/sen 宝/ホウ/ho 誠/セイ/sei
清/セイ/sei 菱/リョウ/ryo 京/ケイ/kei 永/エイ/ei 嶺/レイ/rei 翔/ショウ/sho 耀/ヨウ/yo 彩/サイ/sai 創/ソウ/so 幸/コウ/ko 広/コウ/ko
"""

# Two of these make a young company's name: ネオ + リンク, グラン + テック …
YOUNG_HEADS = """
ネオ/ネオ/neo グラン/グラン/gran アルファ/アルファ/alpha ミライ/ミライ/mirai ツナグ/ツナグ/tsunagu ヒトコト/ヒトコト/hitokoto サクラ/サクラ/sakura
ソラ/ソラ/sora ユメ/ユメ/yume キズキ/キズキ/kizuki トモ/トモ/tomo アクア/アクア/aqua エコ/エコ/eco リブ/リブ/live ライフ/ライフ/life スマート/スマート/smart
クロス/クロス/cross フロンティア/フロンティア/frontier ブルー/ブルー/blue グリーン/グリーン/green オーシャン/オーシャン/ocean ルミナ/ルミナ/lumina
ノヴァ/ノヴァ/nova アーク/アーク/arc セブン/セブン/seven ビー/ビー/bee クオリ/クオリ/quali メディ/メディ/medi アグリ/アグリ/agri エデュ/エデュ/edu
フィン/フィン/fin コネクト/コネクト/connect ハピ/ハピ/hapi イノ/イノ/ino ワン/ワン/one プラス/プラス/plus ゼロ/ゼロ/zero キタ/キタ/kita ハル/ハル/haru
"""
YOUNG_TAILS = """
テック/テック/tech リンク/リンク/link ワークス/ワークス/works ラボ/ラボ/lab ネット/ネット/net フォース/フォース/force ビジョン/ビジョン/vision
ロジ/ロジ/logi ベース/ベース/base ポート/ポート/port スタジオ/スタジオ/studio ケア/ケア/care フーズ/フーズ/foods ホーム/ホーム/home ゲート/ゲート/gate
ブリッジ/ブリッジ/bridge パートナーズ/パートナーズ/partners ソリューションズ/ソリューションズ/solutions クラフト/クラフト/craft クラウド/クラウド/cloud
デザイン/デザイン/design プランニング/プランニング/planning マインド/マインド/mind ファクトリー/ファクトリー/factory シード/シード/seed コア/コア/core
スペース/スペース/space サポート/サポート/support ロボティクス/ロボティクス/robotics エナジー/エナジー/energy トレード/トレード/trade ライン/ライン/line
"""


class Trade(msgspec.Struct, frozen=True):
    """What a company does: the word in its name, its kana and Latin forms, the English trade name, the industry."""

    text: str
    kana: str
    latin: str
    english: str
    industry: str


TRADES = """
製作所/セイサクショ/seisakusho/Manufacturing/manufacturing 工業/コウギョウ/kogyo/Industries/manufacturing 製鋼/セイコウ/seiko/Steel/manufacturing
電機/デンキ/denki/Electric/manufacturing 精機/セイキ/seiki/Precision/manufacturing 化成/カセイ/kasei/Chemicals/manufacturing 樹脂/ジュシ/jushi/Plastics/manufacturing
商事/ショウジ/shoji/Trading/wholesale 商会/ショウカイ/shokai/Trading/wholesale 物産/ブッサン/bussan/Products/wholesale 産業/サンギョウ/sangyo/Sangyo/wholesale
建設/ケンセツ/kensetsu/Construction/construction 工務店/コウムテン/komuten/Builders/construction 住建/ジュウケン/juken/Housing/construction
設備/セツビ/setsubi/Facilities/construction 不動産/フドウサン/fudosan/Real Estate/real_estate 地所/ジショ/jisho/Estate/real_estate
食品/ショクヒン/shokuhin/Foods/food 製菓/セイカ/seika/Confectionery/food 水産/スイサン/suisan/Fisheries/food 酒造/シュゾウ/shuzo/Brewery/food 製麺/セイメン/seimen/Noodles/food
運輸/ウンユ/unyu/Transport/logistics 物流/ブツリュウ/butsuryu/Logistics/logistics 倉庫/ソウコ/soko/Warehouse/logistics 海運/カイウン/kaiun/Shipping/logistics
薬品/ヤクヒン/yakuhin/Pharma/healthcare 医療機器/イリョウキキ/iryokiki/Medical/healthcare 福祉会/フクシカイ/fukushikai/Welfare/healthcare
印刷/インサツ/insatsu/Printing/media 出版/シュッパン/shuppan/Publishing/media 広告/コウコク/kokoku/Advertising/media 企画/キカク/kikaku/Planning/professional_services
デザイン/デザイン/design/Design/professional_services 設計事務所/セッケイジムショ/sekkei/Architects/professional_services 会計事務所/カイケイジムショ/kaikei/Accounting/professional_services
法律事務所/ホウリツジムショ/horitsu/Law/professional_services 総合研究所/ソウゴウケンキュウジョ/soken/Research/professional_services
システム/システム/system/Systems/software ソフト/ソフト/soft/Software/software 情報サービス/ジョウホウサービス/joho/Information Services/software
通信/ツウシン/tsushin/Communications/software 電算/デンサン/densan/Computing/software 学園/ガクエン/gakuen/Academy/education 進学塾/シンガクジュク/juku/School/education
観光/カンコウ/kanko/Tourism/hospitality 旅館/リョカン/ryokan/Inn/hospitality 百貨店/ヒャッカテン/hyakkaten/Department Store/retail 書店/ショテン/shoten/Books/retail
自動車/ジドウシャ/jidosha/Motors/retail 衣料/イリョウ/iryo/Apparel/retail 農園/ノウエン/noen/Farms/agriculture 園芸/エンゲイ/engei/Garden/agriculture
保険サービス/ホケンサービス/hoken/Insurance/finance 信用/シンヨウ/shinyo/Credit/finance 電力/デンリョク/denryoku/Power/energy ガス/ガス/gas/Gas/energy
"""


@cache
def trades() -> tuple[Trade, ...]:
    """What companies do; entries are parted by line ends and blanks between five-part entries."""
    found: list[Trade] = []
    pending = ""
    for piece in TRADES.split():
        pending = f"{pending} {piece}".strip()
        if pending.count("/") == 4:
            found.append(Trade(*pending.split("/")))
            pending = ""
    return tuple(found)


@cache
def nature() -> tuple[Word, ...]:
    """Names taken from nature."""
    return words(NATURE)


@cache
def coined() -> tuple[Word, ...]:
    """Old-style names of two characters."""
    return tuple(
        Word(head.text + tail.text, head.kana + tail.kana, head.latin + tail.latin)
        for head in words(HEADS)
        for tail in words(TAILS)
        if head.text != tail.text
    )


@cache
def young() -> tuple[Word, ...]:
    """Young companies' names in katakana, complete without a trade."""
    return tuple(
        Word(head.text + tail.text, head.kana + tail.kana, f"{head.latin} {tail.latin}")
        for head in words(YOUNG_HEADS)
        for tail in words(YOUNG_TAILS)
    )
