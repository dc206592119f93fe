"""Japanese family and given names, the frequent ones first."""

from __future__ import annotations

from functools import cache

from kizuna.sandbox.words.word import Word, words

FAMILY = """
佐藤/サトウ/sato 鈴木/スズキ/suzuki 高橋/タカハシ/takahashi 田中/タナカ/tanaka 伊藤/イトウ/ito 渡辺/ワタナベ/watanabe 山本/ヤマモト/yamamoto
中村/ナカムラ/nakamura 小林/コバヤシ/kobayashi 加藤/カトウ/kato 吉田/ヨシダ/yoshida 山田/ヤマダ/yamada 佐々木/ササキ/sasaki 山口/ヤマグチ/yamaguchi
松本/マツモト/matsumoto 井上/イノウエ/inoue 木村/キムラ/kimura 林/ハヤシ/hayashi 斎藤/サイトウ/saito 清水/シミズ/shimizu 山崎/ヤマザキ/yamazaki
森/モリ/mori 池田/イケダ/ikeda 橋本/ハシモト/hashimoto 阿部/アベ/abe 石川/イシカワ/ishikawa 山下/ヤマシタ/yamashita 中島/ナカジマ/nakajima
石井/イシイ/ishii 小川/オガワ/ogawa 前田/マエダ/maeda 岡田/オカダ/okada 長谷川/ハセガワ/hasegawa 藤田/フジタ/fujita 後藤/ゴトウ/goto
近藤/コンドウ/kondo 村上/ムラカミ/murakami 遠藤/エンドウ/endo 青木/アオキ/aoki 坂本/サカモト/sakamoto 斉藤/サイトウ/saito 福田/フクダ/fukuda
太田/オオタ/ota 西村/ニシムラ/nishimura 藤井/フジイ/fujii 金子/カネコ/kaneko 岡本/オカモト/okamoto 藤原/フジワラ/fujiwara 三浦/ミウラ/miura
中野/ナカノ/nakano 中川/ナカガワ/nakagawa 原田/ハラダ/harada 松田/マツダ/matsuda 竹内/タケウチ/takeuchi 小野/オノ/ono 田村/タムラ/tamura
中山/ナカヤマ/nakayama 和田/ワダ/wada 石田/イシダ/ishida 森田/モリタ/morita 上田/ウエダ/ueda 原/ハラ/hara 内田/ウチダ/uchida 柴田/シバタ/shibata
酒井/サカイ/sakai 宮崎/ミヤザキ/miyazaki 横山/ヨコヤマ/yokoyama 高木/タカギ/takagi 安藤/アンドウ/ando 宮本/ミヤモト/miyamoto 大野/オオノ/ono
小島/コジマ/kojima 谷口/タニグチ/taniguchi 工藤/クドウ/kudo 今井/イマイ/imai 高田/タカダ/takada 増田/マスダ/masuda 丸山/マルヤマ/maruyama
杉山/スギヤマ/sugiyama 村田/ムラタ/murata 大塚/オオツカ/otsuka 新井/アライ/arai 小山/コヤマ/koyama 平野/ヒラノ/hirano 藤本/フジモト/fujimoto
河野/コウノ/kono 上野/ウエノ/ueno 野口/ノグチ/noguchi 武田/タケダ/takeda 松井/マツイ/matsui 千葉/チバ/chiba 菅原/スガワラ/sugawara
岩崎/イワサキ/iwasaki 木下/キノシタ/kinoshita 久保/クボ/kubo 佐野/サノ/sano 野村/ノムラ/nomura 松尾/マツオ/matsuo 市川/イチカワ/ichikawa
菊地/キクチ/kikuchi 杉本/スギモト/sugimoto 古川/フルカワ/furukawa 大西/オオニシ/onishi 島田/シマダ/shimada 水野/ミズノ/mizuno 桜井/サクライ/sakurai
渡部/ワタベ/watabe 高野/タカノ/takano 吉川/ヨシカワ/yoshikawa 山内/ヤマウチ/yamauchi 西田/ニシダ/nishida 飯田/イイダ/iida 菊池/キクチ/kikuchi
西川/ニシカワ/nishikawa 小松/コマツ/komatsu 北村/キタムラ/kitamura 安田/ヤスダ/yasuda 五十嵐/イガラシ/igarashi 川口/カワグチ/kawaguchi
平田/ヒラタ/hirata 関/セキ/seki 中田/ナカタ/nakata 服部/ハットリ/hattori 久保田/クボタ/kubota 土屋/ツチヤ/tsuchiya 岩田/イワタ/iwata
福島/フクシマ/fukushima 辻/ツジ/tsuji 樋口/ヒグチ/higuchi 秋山/アキヤマ/akiyama 田口/タグチ/taguchi 永井/ナガイ/nagai 山中/ヤマナカ/yamanaka
中西/ナカニシ/nakanishi 松村/マツムラ/matsumura 荒木/アラキ/araki 大島/オオシマ/oshima 黒田/クロダ/kuroda 浅野/アサノ/asano 早川/ハヤカワ/hayakawa
堀/ホリ/hori 尾崎/オザキ/ozaki 望月/モチヅキ/mochizuki 永田/ナガタ/nagata 熊谷/クマガイ/kumagai 内藤/ナイトウ/naito 川崎/カワサキ/kawasaki
萩原/ハギワラ/hagiwara 星野/ホシノ/hoshino 大谷/オオタニ/otani 栗原/クリハラ/kurihara 馬場/ババ/baba 須藤/スドウ/sudo 小池/コイケ/koike
"""

GIVEN = """
翔太/ショウタ/shota 健太/ケンタ/kenta 大輔/ダイスケ/daisuke 健一/ケンイチ/kenichi 誠/マコト/makoto 浩/ヒロシ/hiroshi 直樹/ナオキ/naoki
隆/タカシ/takashi 拓也/タクヤ/takuya 達也/タツヤ/tatsuya 和也/カズヤ/kazuya 哲也/テツヤ/tetsuya 亮/リョウ/ryo 剛/ツヨシ/tsuyoshi
学/マナブ/manabu 修/オサム/osamu 正人/マサト/masato 雄一/ユウイチ/yuichi 雅人/マサト/masato 裕太/ユウタ/yuta 大樹/ダイキ/daiki
蓮/レン/ren 悠斗/ユウト/yuto 颯太/ソウタ/sota 陽介/ヨウスケ/yosuke 慎太郎/シンタロウ/shintaro 康平/コウヘイ/kohei 智也/トモヤ/tomoya
英樹/ヒデキ/hideki 信之/ノブユキ/nobuyuki 俊介/シュンスケ/shunsuke 圭介/ケイスケ/keisuke 洋平/ヨウヘイ/yohei 純一/ジュンイチ/junichi
孝之/タカユキ/takayuki 義明/ヨシアキ/yoshiaki 正樹/マサキ/masaki 勇気/ユウキ/yuki 聡/サトシ/satoshi 進/ススム/susumu 徹/トオル/toru
幸一/コウイチ/koichi 良太/リョウタ/ryota 晃/アキラ/akira 博之/ヒロユキ/hiroyuki 秀明/ヒデアキ/hideaki 貴志/タカシ/takashi 一郎/イチロウ/ichiro
次郎/ジロウ/jiro 宏/ヒロシ/hiroshi 明/アキラ/akira 実/ミノル/minoru 淳/ジュン/jun 真一/シンイチ/shinichi 龍之介/リュウノスケ/ryunosuke
美咲/ミサキ/misaki 陽子/ヨウコ/yoko 由美子/ユミコ/yumiko 恵子/ケイコ/keiko 智子/トモコ/tomoko 久美子/クミコ/kumiko 裕子/ユウコ/yuko
愛/アイ/ai 彩/アヤ/aya 麻衣/マイ/mai 真由美/マユミ/mayumi 直美/ナオミ/naomi 千尋/チヒロ/chihiro 香織/カオリ/kaori 沙織/サオリ/saori
優子/ユウコ/yuko 明美/アケミ/akemi 幸子/サチコ/sachiko 和子/カズコ/kazuko 洋子/ヨウコ/yoko 結衣/ユイ/yui 葵/アオイ/aoi 凛/リン/rin
花子/ハナコ/hanako 奈々/ナナ/nana 理恵/リエ/rie 恵美/エミ/emi 友美/トモミ/tomomi 典子/ノリコ/noriko 純子/ジュンコ/junko 綾香/アヤカ/ayaka
里奈/リナ/rina 瞳/ヒトミ/hitomi 舞/マイ/mai 詩織/シオリ/shiori 遥/ハルカ/haruka 桃子/モモコ/momoko 真理/マリ/mari 佳奈/カナ/kana
京子/キョウコ/kyoko 美穂/ミホ/miho 千夏/チナツ/chinatsu 静香/シズカ/shizuka 玲子/レイコ/reiko 早紀/サキ/saki 薫/カオル/kaoru
ひかり/ヒカリ/hikari さくら/サクラ/sakura みどり/ミドリ/midori まゆみ/マユミ/mayumi かおり/カオリ/kaori
"""


@cache
def families() -> tuple[Word, ...]:
    """Family names, the frequent ones first."""
    return words(FAMILY)


@cache
def givens() -> tuple[Word, ...]:
    """Given names of all genders."""
    return words(GIVEN)
