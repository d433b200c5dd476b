# ruff: noqa: E501 - patterns of many languages read better unbroken
"""What a sentence speaks of: products, places, things and scope, in eight languages.

Owns the words by which a claim's scope is known (which product, which place, HBM or DRAM, the
world or a country, together or alone, denied or supposed). Refuses numbers and names of firms,
and decides nothing about a claim: it says which words stand where.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from waferway.evidence.extract.binding import sentences
from waferway.evidence.extract.names import Mention, mentions
from waferway.evidence.extract.shadow import shadow

__all__ = ["Hit", "Topics"]

_PRODUCTS = (
    # A system of many units is not the unit: what it holds is not what one holds.
    ("system", r"(?:DGX|HGX)[ -]?[A-Z]*\d+\w*|(?:GB|GH|H|A|B|MI)\d{3}X?[ -]?(?:[Ss]ervers?|[Ss]ystems?|[Nn]odes?|[Rr]acks?|[Cc]lusters?|서버|랙|サーバー?|ラック|服务器|伺服器|机柜|機櫃)"),
    ("gb300-nvl72", r"GB300[ -]?NVL ?72"), ("gb200-nvl72", r"GB200[ -]?NVL ?72|NVL72"), ("gb300", "GB300"), ("gb200", "GB200"),
    ("h100", r"H100(?:[ -]?(?:SXM5?|PCIe))?"), ("h200", "H200"), ("h800", "H800"), ("h20", "H20"), ("a100", "A100"), ("a800", "A800"), ("v100", "V100"), ("l40", "L40"), ("l4", "L4"),
    ("mi250x", "MI250X?"), ("mi300a", "MI300A"), ("mi308x", "MI308X?"), ("tpu-v2", r"TPU ?v2"), ("tpu-v3", r"TPU ?v3"),
    ("trainium1", r"Trainium ?1"), ("inferentia2", r"Inferentia ?2"), ("gaudi2", r"Gaudi ?2"), ("gaudi3", r"Gaudi ?3"),
    ("b100", "B100"), ("b200", "B200"), ("b300", "B300"), ("rubin", r"R200|Vera Rubin|Rubin(?! Ultra)"),
    ("mi300x", r"MI300X|MI300(?![AX])"), ("mi325x", "MI325X?"), ("mi355x", "MI355X?"), ("mi350x", "MI350X?"), ("mi450", "MI450X?"),
    ("tpu-v4", r"TPU ?v4(?!i)"), ("tpu-v5e", r"TPU ?v5e"), ("tpu-v5p", r"TPU ?v5p"), ("tpu-v6e", r"TPU ?v6e|Trillium"),
    ("tpu-v7", r"TPU ?v7|Ironwood"), ("trainium2", r"Trainium ?2"), ("trainium3", r"Trainium ?3"),
    ("maia-200", r"Maia ?200"), ("maia-100", r"Maia ?100"),
)  # fmt: skip
_PLACES = (
    ("pyeongtaek", r"Pyeongtaek|평택|平沢|平澤|平泽"), ("yongin", r"Yongin|용인|龍仁|龙仁"),
    ("giheung", r"Giheung|기흥|器興|器兴"), ("hwaseong", r"Hwaseong|화성|華城|华城"), ("icheon", r"Icheon|이천|利川"),
    ("cheongju", r"Cheongju|청주|清州|M15X"), ("seoul", r"Seoul|Se[uú]l|S[eé]oul|서울|ソウル|首尔|首爾"),
    ("arizona", r"Arizona|애리조나|アリゾナ|亚利桑那|亞利桑那|Phoenix|피닉스|フェニックス|凤凰城|鳳凰城"),
    ("taylor", r"Taylor|테일러|テイラー|泰勒"), ("ohio", r"Ohio|오하이오|オハイオ|俄亥俄"), ("indiana", r"Indiana|인디애나|インディアナ|印第安纳|印第安納|印地安那"),
    ("texas", r"Te[xj]as|텍사스|テキサス|得克萨斯|德州|德克萨斯"), ("idaho", r"Idaho|아이다호|アイダホ|爱达荷|愛達荷"),
    ("abilene", r"Abilene|애빌린|アビリーン|阿比林"), ("kumamoto", r"Kumamoto|구마모토|쿠마모토|熊本"),
    ("chitose", r"Chitose|Hokkaid[oō]|지토세|千歳|北海道|홋카이도"), ("hiroshima", r"Hiroshima|히로시마|広島|广岛|廣島"),
    ("dresden", r"Dresden|Dresd[ea]|드레스덴|ドレスデン|德累斯顿|德勒斯登"), ("magdeburg", r"Magdeburg|마그데부르크|マクデブルク|马格德堡"),
    ("singapore", r"Singap(?:ore|ur|our)|싱가포르|シンガポール|新加坡"), ("hsinchu", r"Hsinchu|신주|新竹"), ("kaohsiung", r"Kaohsiung|가오슝|高雄"),
    ("malaysia", r"Mala[iy]si[ae]|Malaysia|말레이시아|マレーシア|马来西亚|馬來西亞"), ("new-york", r"New York|Nueva York|뉴욕|ニューヨーク|纽约|紐約"),
    ("kr", r"(?:South )?Korea|Corea(?: del Sur| del Sud)?|Corée(?: du Sud)?|Südkorea|한국|대한민국|우리나라|韓国|韩国|韓國|南韓"),
    ("tw", r"Taiwan|Taïwan|Taiwán|대만|台湾|台灣|臺灣"), ("jp", r"Japan|Japón|Giappone|Japon|일본|日本"), ("cn", r"China|Cina|Chine|중국|中国|中國"),
    ("us", r"United States|U\.S\.|\bUS\b|Estados Unidos|EE\. ?UU\.|Stati Uniti|États-Unis|Vereinigte[nr]? Staaten|USA\b|미국|米国|美国|美國"),
    ("de", r"Germany|Alemania|Germania|Allemagne|Deutschland|독일|ドイツ|德国|德國"), ("eu", r"Europe?|Europa|유럽|欧州|ヨーロッパ|欧洲|歐洲"),
)  # fmt: skip
_WORDS = (
    ("hbm4", r"HBM4"), ("hbm3e", r"HBM3[eE]"), ("hbm3", r"HBM3(?![eE])"), ("hbm2e", r"HBM2[eE]"),
    ("hbm", r"\bHBM|(?<=[^A-Za-z])HBM|high[- ]bandwidth memory|memorias? de alto ancho de banda|memori[ae] ad alta larghezza|m[ée]moires? à (?:haute|large) bande|hochbandbreit|speicher mit hoher bandbreite|고대역폭 ?메모리|広帯域(?:幅)?メモリ|高带宽内存|高帶寬記憶體|高頻寬記憶體|高带宽存储"),
    ("dram", r"DRAM|D램|디램|动态随机|動態隨機"), ("nand", r"NAND|낸드"),
    ("cowos", r"CoWoS"), ("packaging", r"packaging|encapsulad|empaquetad|confezionament|assemblaggio|encapsulation|verpackung|패키징|パッケージング|封装|封裝"),
    ("euv", r"\bEUV"), ("all-chips", r"(?:chip|semiconductor) (?:production|manufacturing|making|capacity|fabrication)|chipmaking|fabricaci[oó]n de (?:chips|semiconductores)|(?:produzione|fabbricazione) di (?:chip|semiconduttori)|(?:fabrication|production) de (?:puces|semi-?conducteurs)|chipproduktion|chipfertigung|halbleiterproduktion|halbleiterfertigung|chip-?kapazit|반도체 ?(?:생산|제조)|칩 ?생산|半導体(?:の)?(?:生産|製造)|芯片(?:制造|生产|产能)|晶片(?:製造|生產|產能)|半导体(?:制造|生产|产能)|半導體(?:製造|生產|產能)"),
    ("semiconductors", r"semiconductor|semicondu[ct]|semiconduttor|semi-?conducteur|halbleiter|반도체|半導体|半导体|半導體"),
    ("data-centre", r"data ?-?cent(?:er|re)|centros? de datos|centr[oi] dati|centres? de données|rechenzentr|데이터 ?센터|データセンター|数据中心|數據中心|資料中心"),
    ("leading-edge", r"leading[- ]edge|cutting[- ]edge|(?:advanced|most advanced|state[- ]of[- ]the[- ]art) (?:chips?|semiconductors?|logic|nodes?|process)|\bAI[- ](?:chips?|semiconductors?|accelerators?)|(?:chips?|semiconductores|semiconduttori|puces?|semi-?conducteurs) (?:de |di |d[’'])?(?:AI|IA|intelligen\w+ artific\w+|inteligencia artificial|vanguardia|última generación|ultima generazione|pointe)|(?:semiconductores|chips|semiconduttori|chip|puces|semi-conducteurs) (?:más )?(?:avanzad[oi]s?|avanc[ée]e?s)|KI-?(?:Chips?|Halbleiter|Beschleuniger)|(?:modern|fortschrittlich|führend|hochentwickelt)\w* (?:Logik-?)?(?:Chips?|Halbleiter|Fertigung)|Spitzenchips?|AI ?(?:반도체|칩)|인공지능 ?(?:반도체|칩)|첨단 ?(?:반도체|칩|공정|로직)|최첨단|AI ?(?:半導体|チップ)|人工知能(?:半導体|チップ)|先端(?:半導体|ロジック|チップ|プロセス)|最先端|AI ?(?:芯片|晶片)|人工智[能慧](?:芯片|晶片)|先[进進](?:芯片|晶片|制程|製程|工艺|逻辑|邏輯|半导体|半導體)|尖端(?:芯片|晶片|半导体|半導體)"),
    ("chips", r"\bchips?\b|semicondu[ct]|semiconduttor|semi-?conducteur|halbleiter|puces?\b|\w*chips?\b|반도체|칩|半導体|チップ|芯片|晶片|半导体|半導體|晶圆|晶圓"),
    ("fabs", r"\bfabs?\b|foundr(?:y|ies)|(?:chip|semiconductor|wafer)(?:[- ](?:making|fabrication|manufacturing|production))?[- ](?:plants?|factor(?:y|ies)|facilit(?:y|ies))|f[aá]bricas?|plantas? de|fabbric(?:a|he)|stabiliment|impiant[oi] di produzione|usines?|fabrik|(?<!netz)(?<!kraft)(?<!hand)werke?n?\b|공장|팹|工場|晶[圆圓][厂廠]|工厂|工廠"),
    ("several", r"\b(?:several|multiple|many|dozens of|a network of|a series of|a number of|scores of)\b|varias|varios|m[uú]ltiples|numeros[ao]s|una red de|docenas de|divers[ei]|numeros[ei]|parecch|una rete di|molt[ei] |decine di|plusieurs|nombreu|un réseau d|dizaines de|mehrere|zahlreiche|viele |ein netz|ein netzwerk|dutzende|여러|다수의|수십|네트워크|複数の|数多くの|数十|いくつもの|ネットワーク|多座|多家|若干|数十座|數十座|一系列|网络|網絡|網路"),
    ("cluster", r"cluster|cl[uú]ster|클러스터|クラスター|集積地|集群|聚落|产业集聚|園區|园区"),
    ("country", r"in the country|across (?:south )?korea|nationwide|country-?wide|countrywide|in (?:south )?korea\b(?! and)|en (?:el|todo el) pa[ií]s|en corea|nel paese|in tutto il paese|in corea|dans (?:le|tout le) pays|en corée|im (?:ganzen )?land\b|landesweit|in südkorea|국내|전국|한국에|우리나라|国内|全国|韓国に(?!ある クラスター)|国內|國內|全國|韩国(?:国内|境内|全国)|韓國(?:國內|境內|全國)"),
    ("world", r"world|global|mundial|\bmundo|mondial|\bmondo|\bmonde|weltweit|\bwelt|세계|글로벌|世界|全球|グローバル"),
    ("share", r"\bshare\b|cuota|quota|part(?:s)? (?:de|du) march[ée]|marktanteil|anteil|점유율|비중|シェア|占有率|份额|份額|市占率|占比|offerta globale|global supply|oferta (?:global|mundial)|offre mondiale|of the (?:global |world )?\w* ?(?:market|supply)|del mercado|del mercato|du marché|des (?:welt)?marktes|시장의|市場の|市场的|市場的"),
    ("market", r"market|mercado|mercato|march[ée]|markt|시장|市場|市场"),
    ("capex", r"\bcapex\b|capital (?:expenditure|spending)|inversi[oó]n de capital|gasto de capital|spese in conto capitale|dépenses d.investissement|investitionsausgaben|설비 ?투자|設備投資|资本支出|資本支出|资本开支"),
    ("seeks", r"\bseek|\bsought\b|\brais(?:e|es|ing)\b|\bwants?\b|cherche|\bveut\b|lever\b|\bbusca|\bquiere|recaudar|\bcerca\b|raccogli|\bvuole|\bsucht\b|\bwill\b|einsammeln|조달|모금|원한다|調達|求め|募集|寻求|尋求|筹集|籌集|募资|募資"),
    ("total", r"\btotal|in all\b|altogether|overall|en conjunto|en total|complessiv|in totale|au total|insgesamt|gesamt|총 ?(?:액|투자)?|전체|総額|合計|全体|总额|總額|总计|總計|总投资|總投資|共计|共計"),
    ("each", r"\beach\b|apiece|per (?:unit|chip|gpu|card|package)|cada un[oa]|por unidad|la unidad|ciascun|l'un[oa]\b|al pezzo|a pezzo|chacun|pièce|l'unité|\bje\b|pro stück|das stück|개당|대당|장당|あたり|単価|1台|1基|1個|단가|单价|單價|每[块塊颗顆台片张張枚]"),
    ("award", r"subsid|\bgrant|\baward|state aid|concedi[óo]|\bconcede|otorg|subvenc|\bayudas?\b|sovvenz|\baiut[oi]\b|contributo|subvention|\baides?\b|accord[ée]|beihilfe|förder|zuschuss|zuschüsse|보조금|지원금|補助|助成|补贴|補貼|补助"),
    ("loan", r"\bloans?\b|pr[ée]stamo|prestit[oi]|\bpr[êe]ts?\b|kredit|darlehen|대출|융자|融資|融资|贷款|貸款"),
    ("build", r"\bbuil[dt]|construct|constru|costru|errich|\bbau|gebaut|건설|짓|지었|建設|建てる|建设|興建|兴建"),
    ("made", r"\bmade\b|produced|manufactured|producid|fabricad|prodott|fabbricat|\bproduits?\b|produites?\b|fabriqu|hergestellt|produziert|gefertigt|생산|제조|만들|製造|生産|作られ|生产|生產|制造"),
    ("other-field", r"equipment|equipos? de|attrezzatur|équipement|ausrüstung|anlagen|장비|装置|设备|設備|\bdesign|diseño|progettazione|conception|\bfabless\b|팹리스|ファブレス|設計|设计|foundry|파운드리|ファウンドリ|代工|materials|materiales|materiali|matériaux|소재|素材|材料"),
    ("uses", r"\buse[sd]?\b|\busing\b|\bwith\b|equip|carr(?:y|ies)|feature|\bpacks?\b|memor|\busa\b|\butiliz|\blleva|incorpora|\bcon\b|\bmonta|adotta|dotat|utilise|embarque|\bdoté|\bavec\b|mémoire|nutzt|verwendet|\bmit\b|bestückt|verfügt|speicher|탑재|장착|사용|적용|메모리|採用|搭載|使用|用い|メモリ|采用|採用|配备|配備|搭载|内存|顯存|显存"),
    ("expand", r"\bexpan[ds]|upgrad|moderni[sz]|ampli(?:ar|ación|aciones)|\bespan|ampliament|agrandi|\bétendre|extension|erweiter|ausbau|증설|확장|拡張|増設|扩建|擴建|扩产|擴產|升级|升級"),
    ("together", r"\btogether\b|combined|jointly|between them|\bboth\b|two (?:companies|firms|makers)|\bjuntas?\b|\bjuntos\b|conjunt|entre ambas|\bambas\b|\bambos\b|dos (?:empresas|compañías|fabricantes)|\binsieme\b|complessiv|entramb[ei]|due (?:aziende|società|gruppi|imprese)|\bensemble\b|à elles deux|conjoint|deux (?:entreprises|sociétés|groupes|fabricants)|zusammen|gemeinsam|\bbeide[n]?\b|합쳐|합산|합계|합하면|양사|두 ?(?:회사|기업|업체)|合わせて|合計|両社|2社|二社|合计|合計|两家|兩家|共同占|合共|加起来|加起來|两者|兩者"),
    ("only", r"\bonly\b|\bjust\b|s[oó]lo|[uú]nicamente|solamente|\bsolo\b|soltanto|seul(?:e|es|s|ement)?\b|\bnur\b|lediglich|불과|뿐|밖에|단 |だけ|のみ|しか|只有|仅|僅"),
    ("new", r"\bnew\b|nuev[oa]s?|nuov[oaie]|nouv|\bneue|신규|새로|새 |新設|新工場|新たに|新建|新厂|新廠|新的"),
    ("quarterly", r"quarter|trimestr|quartal|분기|四半期|季度|第[一二三四1-4]季|單季|单季"),
    ("private", r"\bprivate|privad|privat|privé|민간|民間|民间"),
    ("phase", r"initial(?:ly)?\b|first (?:phase|tranche|step|stage)|inicial|primera fase|inizial|prima fase|première (?:phase|tranche|étape)|\berste[nr]? (?:phase|tranche|schritt|ausbaustufe)|zunächst|1단계|1차|우선|第1期|第一期|第一段階|まず|首期|一期|首批|初期"),
    ("denied", r"\bnot\b|\bnever\b|n't\b|\bdenie[sd]\b|\bdenying\b|\bdeny\b|\bfalsely\b|\brefut|\bno longer\b|\bneither\b|\bnunca\b|\bno\b(?= (?:es|son|ha|han|tiene|tienen|cuenta|posee|usa|utiliza|se|está|será|alcanza|supera|habrá|construirá|invertirá))|desm[ie]nt|\bniega|\bnegó|\bnon\b|\bmai\b|smenti|\bnega\b|\bne\b .{1,40}\b(?:pas|plus|jamais)\b|\bn'.{1,40}\b(?:pas|plus|jamais)\b|dément|\bnicht\b|\bkein\w*|dementier|bestreite|않|아니|부인|못 ?한|못했|ない(?!し)|ません|否定|不是|没有|沒有|否认|否認|并非|並非|并未|並未"),
    ("supposed", r"\bif\b|\bwere to\b|\bsuppose|\bsi\b(?= (?:logra|consigue|los|las|el|la|[a-z]+(?:ara|iera|ase|iese)))|\bqualora\b|\bs'il|\bwenn\b|\bfalls\b|만약|한다면|もし|仮に|如果|假如|倘若|若是"),
    ("supposed-it", r"\bse\b.{1,40}?\w+(?:asse|esse|isse|assero|essero|issero)\b"),
    ("almost-only", r"almost (?:exclusively|all|only|entirely)|nearly all|virtually all|casi exclusivamente|casi todos|casi [uú]nicamente|quasi esclusivamente|quasi tutti|quasi solo|presque exclusivement|quasi exclusivement|presque tous|fast ausschließlich|beinahe ausschließlich|nahezu alle|fast alle|거의 ?(?:전량|모두|전부|독점)|ほぼ(?:すべて|全て|独占)|ほとんどすべて|几乎(?:全部|都|完全|只)|幾乎(?:全部|都|完全|只)"),
    ("behind", r"\bbehind\b|\btrails?\b|ranks after|detr[aá]s de|por detr[aá]s|dietro|alle spalle|derrière|hinter\b|에 이어|다음으로|보다 뒤|に次ぐ|に次いで|の後塵|落后于|落後於|仅次于|僅次於|排在.{0,12}之后|排在.{0,12}之後"),
    ("dearer", r"\bmore than\b|\bless than\b|\bthan\b|\bcompared\b|successor|sucesor|successore|successeur|nachfolger|후속|後継|继任|繼任|\bmás que\b|\bmenos que\b|più di|meno di|plus que|moins que|schneller als|größer als|보다|より|相比|比起|replac|reemplaz|sostitu|remplac|ersetz|대체|置き換|取代"),
    ("precision-fp8", r"FP8"), ("precision-bf16", r"BF16|FP16"), ("precision-fp4", r"FP4|NVFP4"), ("sparse", r"sparsity|sparse|dispers|sparsità|parcimon|sparsit|희소|スパース|稀疏"),
    ("gen-ai", r"generative AI|gen[- ]?AI|IA generativa|AI generativa|IA générative|generative[rn]? KI|생성형|生成(?:式)?(?:AI|人工)"),
    ("electricity", r"electricit|electricidad|elettricit|électricit|strom|전력|전기|電力|电力|用電|用电"),
    ("per-wafer", r"per wafer|a wafer\b|each wafer|por oblea|per wafer|par plaquette|pro wafer|je wafer|웨이퍼 ?(?:장|한 ?장)?당|ウエハー?1?枚あたり|每片|per oblea"),
    ("chips-act", r"CHIPS (?:and Science )?Act|Ley (?:de )?CHIPS|칩스법|반도체법|반도체 ?지원법|반도체과학법|CHIPS法|芯片(?:与科学)?法案|晶片(?:與科學)?法案|CHIPS-?Gesetz"),
    ("eu-chips-act", r"(?:EU|European) Chips Act|Ley Europea de Chips|EU-?Chips|유럽 ?반도체법|欧州半導体法|欧洲芯片法案|歐洲晶片法案"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """One word of scope in the shadow: its span, its kind (product, place, word, org) and name."""

    start: int
    end: int
    kind: str
    name: str


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    made = [("product", n, re.compile(rf"(?<![A-Za-z0-9])(?:{p})(?![0-9])")) for n, p in _PRODUCTS]
    made += [("place", n, re.compile(p, re.IGNORECASE if n != "us" else 0)) for n, p in _PLACES]
    made += [("word", n, re.compile(p, re.IGNORECASE)) for n, p in _WORDS]
    return tuple(made)


_NODE = re.compile(
    r"(?<![\d.,])(\d{1,2})[ -]?(?:nm\b|nan[oó]m|nanom|나노|ナノ|纳米|奈米)|(?<![A-Za-z0-9])N([2-9]|1[0-9])(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"(?:nm|nan[oó]metros?|nanometri?|nanomètres?|nanometern?|나노(?:미터)?|ナノ(?:メートル)?|纳米|奈米)?[ ]?(?:and below|or below|or less|or smaller|y menos|o menos|y por debajo|o inferior|e inferiori|o meno|et moins|ou moins|und (?:darunter|kleiner)|oder (?:kleiner|weniger)|이하|以下|及以下)|(?:below|under|less than|sub-?|por debajo de|inferior(?:es)? a|sotto i|inferiori a|en dessous de|inférieur\w* à|moins de|unter(?:halb)?(?: von)?) ?\d{1,2} ?(?:nm|n)",
    re.IGNORECASE,
)


class Topics:
    """Words of scope of one text, to be asked about any stretch of it.

    Parameters
    ----------
    text : str
        As stored.
    lang : str

    Examples
    --------
    >>> topics = Topics("SK hynix holds 53% of the HBM market.", "en")
    >>> sorted(topics.names(0, 37, "org")), topics.has("hbm", 0, 37)
    (['org:sk-hynix'], True)
    """

    def __init__(self, text: str, lang: str) -> None:
        made = shadow(text)
        self.text, self.lang = made.text, lang
        self._made, self._origin = made, made.origin
        self.sentences = sentences(made.text)
        self._starts = [start for start, _ in self.sentences]
        hits = [
            Hit(match.start(), match.end(), kind, name.removesuffix(f"-{lang}"))
            for kind, name, pattern in _patterns()
            if not (name.startswith("supposed-") and not name.endswith(lang))
            for match in pattern.finditer(made.text)
        ]
        for match in _NODE.finditer(made.text):
            hits.append(Hit(match.start(), match.end(), "node", match[1] or match[2]))
        hits += [Hit(m.start(), m.end(), "word", "below") for m in _BELOW.finditer(made.text)]
        self.mentions = mentions(made.text, lang)
        hits += [Hit(m.start, m.end, "org", m.entity) for m in self.mentions if _is_actor(m)]
        self.hits = _without_covered(hits)
        self._at = [hit.start for hit in self.hits]

    def place_of(self, stored: int) -> int:
        """Place in the shadow of a code point of the stored text."""
        return stored if self._origin is None else bisect_left(self._origin, stored)

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Span of the stored text behind a span of the shadow."""
        return self._made.back(start, end)

    def sentence(self, place: int) -> tuple[int, int]:
        """Sentence around a place of the shadow."""
        index = max(0, bisect_right(self._starts, place) - 1)
        return self.sentences[index] if self.sentences else (0, len(self.text))

    def before(self, place: int) -> tuple[int, int]:
        """The sentence before that around a place; empty at the start or of another paragraph."""
        index = max(0, bisect_right(self._starts, place) - 1)
        if index == 0 or "\n\n" in self.text[self.sentences[index - 1][1] : self._starts[index]]:
            return (0, 0)
        return self.sentences[index - 1]

    def within(self, start: int, end: int, kind: str | None = None) -> list[Hit]:
        """Hits that begin in a stretch, in reading order."""
        low, high = bisect_left(self._at, start), bisect_left(self._at, end)
        return [hit for hit in self.hits[low:high] if kind is None or hit.kind == kind]

    def names(self, start: int, end: int, kind: str) -> list[str]:
        """Names of one kind in a stretch, each once, in reading order."""
        return list(dict.fromkeys(hit.name for hit in self.within(start, end, kind)))

    def has(self, name: str, start: int, end: int) -> bool:
        """Whether a word of scope stands in a stretch."""
        return any(hit.name == name for hit in self.within(start, end, "word"))


def _is_actor(mention: Mention) -> bool:
    return not mention.entity.startswith(("place:", "person:"))


def _without_covered(hits: Iterable[Hit]) -> list[Hit]:
    """Of products and places that lie in a longer one of their kind, only the longer."""
    kept: list[Hit] = []
    reach = {"product": -1, "place": -1}
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.name)):
        if hit.kind in reach:
            if hit.end <= reach[hit.kind]:
                continue
            reach[hit.kind] = hit.end
        kept.append(hit)
    return kept
