# ruff: noqa: E501 - patterns of many languages read better unbroken
"""Counted things: what a head noun in eight languages counts.

Owns the nouns of the field and their canonical names (`fab`, `research_centre`, `wafer`).
Refuses numbers. Patterns are stems with their endings, so that they hold for any text of the
language; in German they may be the end of a compound.
"""

from __future__ import annotations

from functools import cache

from waferway.evidence.extract.vocabulary import Lexicon

__all__ = ["CJK", "adjectives", "counter", "noun", "special"]

CJK = frozenset({"ja", "zh", "ko"})

# thing: (en, es, it, fr, de, ko, ja, zh); "" where the language has no word of its own.
_THINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("power_plant", (
        r"power (?:plants?|stations?)|generating stations?", r"centrales? (?:el[eé]ctricas?|nucleares?|de gas)",
        r"central[ei] (?:elettric(?:a|he)|nuclear[ei]|a gas)", r"centrales? (?:[eé]lectriques?|nucl[eé]aires?|[aà] gaz)",
        r"\w*kraftwerke?n?", "발전소", "発電所", "[发發][电電][厂廠站]")),
    ("data_centre", (
        r"data[- ]?cent(?:er|re)s?", r"centros? de datos|data ?cent(?:er|re)s?", r"data ?cent(?:er|re)s?|centr[oi] (?:di )?dati",
        r"(?:data ?cent(?:er|re)s?|centres? de donn[eé]es)", r"\w*rechenzentr(?:um|en)|\w*datenzentr(?:um|en)|data ?center",
        "데이터 ?센터", "データセンター", "[数數][据據]中心|[资資]料中心")),
    ("research_centre", (
        r"(?:research|r&d|development) (?:(?:and development|and design) )?(?:cent(?:er|re)s?|facilit(?:y|ies)|labs?|laborator(?:y|ies)|institutes?|sites?|hubs?|fabs?)|r&d (?:cent(?:er|re)s?|hubs?)",
        r"centros? de (?:investigaci[oó]n|i\+d|desarrollo)(?: y (?:desarrollo|investigaci[oó]n))?", r"centr[oi] (?:di )?(?:ricerca|r&s|sviluppo)(?: e sviluppo)?",
        r"centres? de (?:recherche|r&d|d[eé]veloppement)(?: et (?:de )?d[eé]veloppement)?", r"\w*(?:forschungs|entwicklungs)\w*(?:zentr(?:um|en)|einrichtung(?:en)?|institute?n?)|(?:f&e|r&d)-?zentr(?:um|en)",
        "(?:연구 ?개발|연구|r&d) ?(?:센터|시설|단지)|연구소|연구 ?팹", "研究(?:開発)?(?:センター|拠点|施設|所)|開発拠点", "研[发發究](?:中心|基地|机[构構])|研究[所院]")),
    ("packaging_plant", (
        r"(?:advanced[- ])?(?:chip[- ])?packaging (?:(?:and test(?:ing)? )?(?:plants?|factor(?:y|ies)|facilit(?:y|ies)|fabs?|sites?|houses?|centers?|centres?))|(?:back-?end|osat) (?:plants?|facilit(?:y|ies)|factor(?:y|ies))",
        r"(?:plantas?|f[aá]bricas?|instalaci[oó]n|instalaciones|centros?) de (?:encapsulad[oa]|empaquetad[oa]|envasad[oa]|packaging)(?: avanzad[oa])?",
        r"(?:stabiliment[oi]|impiant[oi]|fabbric(?:a|he)|sit[oi]|linee?) (?:di |per il |per l')(?:packaging|confezionamento|incapsulamento|assemblaggio)(?: avanzat[oi])?|stabiliment[oi] di back-end",
        r"(?:usines?|sites?|fabs?|installations?) (?:de |d')(?:packaging|encapsulation|mise en bo[iî]tier|conditionnement|assemblage)(?: avanc[eé]e?)?",
        r"(?:packaging|verpackungs|gehäuse|montage|backend|back-end)-?(?:werke?n?|fabrik(?:en)?|anlagen?|standorte?n?|betriebe?n?|zentr(?:um|en))",
        r"(?:첨단 ?|후공정 ?|어드밴스드 ?)?(?:패키징|후공정) ?(?:공장|시설|팹|라인|생산 ?시설|거점|센터)", r"(?:先端)?(?:パッケージング?|後工程|実装|組[み立]*立て?)(?:の)?(?:工場|拠点|施設)", "(?:先[进進])?封[装裝](?:[测測][试試])?(?:工?[厂廠]|基地)|封[测測][厂廠]")),
    ("fab", (
        r"(?:(?:wafer|chip|semiconductor|memory|logic|foundry|giga|mega)[- ]?)*(?:fabs?|foundr(?:y|ies)|mega-?fabs?|gigafabs?)|fabrication (?:plants?|facilit(?:y|ies)|sites?)|(?:manufacturing |production )?(?:plants?|factor(?:y|ies))|(?:manufacturing|production|fabrication) facilit(?:y|ies)|chipmaking (?:plants?|facilit(?:y|ies))",
        r"f[aá]bricas?|f[aá]bs?|plantas?(?! (?:baja|de energ))|factor[ií]as?|megaf[aá]bricas?", r"fabbric(?:a|he)|fab|stabiliment[oi]|impiant[oi]|megafab",
        r"usines?|fabs?|fabriques?|m[eé]ga-?usines?|sites? de (?:production|fabrication)|unit[eé]s? de (?:production|fabrication)", r"(?:\w+-)?(?:fabs?|\w*fabrik(?:en)?|(?:(?!netz|hand|kraft|bau|regel|stell|trieb|feuer|kunst|stock|mauer|räder|uhr)\w)*werke?n?|\w*fertigungsstätten?|\w*produktionsstätten?)",
        r"(?:반도체 ?|생산 ?|메모리 ?|파운드리 ?|제조 ?)?(?:공장|팹|fab(?![a-z]))|생산 ?시설", r"(?:半導体|製造|生産|新|前工程|チップ|メモリー?|ロジック|ウエハー?)*(?:工場|ファブ|fab(?![a-z]))|(?:製造|生産)拠点", "(?:晶[圆圓]|芯片|晶片|半[导導][体體]|存[储儲]|生[产產])*(?:工[厂廠]|[厂廠](?![商房区區长長])|[产產][线線]基地|fab(?![a-z]))")),
    ("cleanroom", (
        r"clean-?rooms?", r"salas? (?:blancas?|limpias?)", r"camer[ae] bianc(?:a|he)|clean ?room", r"salles? blanches?", r"\w*reinr[aä]um(?:e|en)?", "클린룸", "クリーンルーム", "[洁潔][净淨]室|无[尘塵]室|無塵室")),
    ("line", (
        r"(?:(?:production|manufacturing|assembly|pilot|packaging|wafer|test) )?lines", r"l[ií]neas(?: de (?:producci[oó]n|montaje|fabricaci[oó]n|ensamblaje))?", r"line[ae](?: di (?:produzione|montaggio|assemblaggio))?",
        r"(?:lignes|cha[iî]nes)(?: de (?:production|fabrication|montage)| d'assemblage)?", r"\w*linien|(?:fertigungs|produktions|pilot)linie", "(?:생산 ?)?라인", "(?:生産|製造|量産)?ライン", "(?:生[产產]|[产產]|制造)[线線]")),
    ("tool:EUV", (
        r"(?:high[- ]na )?euv[- ](?:lithography )?(?:scanners?|machines?|tools?|systems?|steppers?)|euv lithography",
        r"(?:esc[aá]neres|m[aá]quinas?|equipos?|sistemas?|herramientas?|unidades?) (?:de (?:litograf[ií]a )?)?(?:high-na )?euv|(?:esc[aá]neres|m[aá]quinas?|equipos?|sistemas?) de litograf[ií]a (?:ultravioleta extrema|euv)",
        r"(?:scanner|macchin[ae]|sistem[ai]|apparecchiatur[ae]|impiant[oi]) (?:(?:di|per la|per) (?:litografia )?)?(?:high-na )?euv|macchin[ae] (?:per la |di )?litografi(?:a|che) euv",
        r"(?:scanners?|machines?|syst[eè]mes?|[eé]quipements?|outils?) (?:de (?:lithographie )?|[aà] )?(?:high-na )?euv|(?:machines?|scanners?|[eé]quipements?) de lithographie (?:euv|ultraviolette? extr[eê]me)",
        r"(?:high-na-?)?euv-?(?:scannern?|anlagen?|maschinen?|systemen?|lithografie-?(?:anlagen?|systemen?|maschinen?|scannern?)|belichter[n]?|werkzeuge?n?)",
        "(?:high-na ?|하이 ?na ?)?euv ?(?:노광)? ?(?:장비|노광기|스캐너|설비|시스템)", "(?:高na ?)?euv(?:リソグラフィー?)?(?:露光)?(?:装置|機|スキャナー?)", "(?:高na ?)?(?:euv|极紫外|極紫外)(?:光刻|曝光|微影)?(?:光)?(?:机|機|[设設][备備]|系[统統]|光刻机)")),
    ("tool:DUV", (
        r"(?:immersion )?duv[- ](?:lithography )?(?:scanners?|machines?|tools?|systems?)", r"(?:esc[aá]neres|m[aá]quinas?|equipos?|sistemas?) (?:de (?:litograf[ií]a )?)?duv", r"(?:scanner|macchin[ae]|sistem[ai]) (?:di litografia )?duv",
        r"(?:scanners?|machines?|syst[eè]mes?|[eé]quipements?) (?:de lithographie )?duv", r"duv-?(?:scannern?|anlagen?|maschinen?|systemen?|lithografie(?:anlagen?|systemen?))", "duv ?(?:노광)? ?(?:장비|노광기|스캐너)", "(?:液浸)?duv(?:露光)?(?:装置|機)", "(?:浸没式)?duv(?:光刻|曝光)?(?:机|機|[设設][备備])")),
    ("tool", (
        r"(?:lithography|etch(?:ing)?|deposition|inspection|bonding|metrology|process|chipmaking|semiconductor|wafer|scanner|production)? ?(?:tools|scanners?|steppers?|etchers?|bonders?)|lithography (?:machines?|systems?)|(?:etch(?:ing)?|bonding|bonder|inspection) (?:machines?|systems?)|pieces of equipment|machines|testers",
        r"esc[aá]neres?|m[aá]quinas?(?: de litograf[ií]a)?|equipos(?: de (?:litograf[ií]a|grabado|producci[oó]n|inspecci[oó]n))?|herramientas", r"scanner|macchin(?:a|e|ari)|apparecchiature|attrezzature",
        r"scanners?|machines?|outils|[eé]quipements", r"\w*(?:scannern?|steppern?|maschinen?)|(?:\w+-)?\w*(?:ätz|belichtungs|lithografie|lithographie|bonding|bond|fertigungs|beschichtungs|prüf|inspektions)-?anlagen?|werkzeuge?n?|anlagen", "(?:노광|식각|증착|검사|본딩|반도체|제조|생산|tc) ?(?:장비|설비|본더)|노광기|tc본더|장비|설비|본더", "(?:露光|エッチング|成膜|検査|製造|ボンディング|半導体製造)(?:装置|機)|ボンダー?|装置", "光刻机|光刻機|[键鍵]合机|刻[蚀蝕][设設]备|(?:曝光|光刻|刻[蚀蝕]|沉[积積]|[检檢][测測]|[键鍵]合|半[导導][体體]|生[产產])?(?:[设設][备備]|机台|機台|[机機]器)")),
    ("wafer", (
        r"(?:(?:silicon|logic|dram|memory|hbm|nand|finished|processed|blank|mm|inch)[- ])*wafers?(?: starts?| outs?)?|wspm|wpm", r"obleas?|wafers?", r"wafer|fette di silicio|fette", r"(?:plaquettes?|tranches? de silicium|tranches(?= (?:par (?:mois|an)|de (?:hbm|dram)|mensuelles))|wafers?|galettes?)(?: de silicium)?", r"\w*-?wafern?s?|\w*siliziumscheiben?|scheiben", "(?:실리콘 ?|d램 ?|메모리 ?)?웨이퍼", "(?:シリコン)?(?:ウエハー?|ウェハー?|ウエーハ|ウェーハ)", "(?:硅|矽)?晶[圆圓]片?(?!代工|[厂廠])|硅片|矽片")),
    ("GPU", (
        r"(?:ai |graphics )?gpus?|graphics (?:processing units?|processors?|chips?|cards?)", r"gpus?|(?:unidades de procesamiento|procesadores|tarjetas) gr[aá]fic[oa]s?", r"gpu|(?:unità di elaborazione grafica|process(?:ori|ore) grafic[io]|sched[ae] grafic(?:a|he))", r"gpus?|processeurs? graphiques?|cartes? graphiques?", r"(?:\w+-)?gpus?|grafik(?:prozessoren|chips?|karten|prozessor)", "gpu|그래픽 ?처리 ?장치", "gpu|画像処理半導体", "gpu|[图圖]形[处處]理器|[显顯]卡")),
    ("accelerator", (
        r"(?:ai )?accelerators?(?: chips?| cards?)?|(?:ai|inference|training) cards?|tpus?|asics?", r"(?:chips? )?aceleradores?(?: de ia)?|tpus?", r"acceleratori?e?(?: (?:di|per l')? ?ia)?|tpu", r"acc[eé]l[eé]rateurs?(?: d'ia)?|tpus?", r"(?:\w+-)?beschleunigern?|\w*beschleunigerchips?|tpus?", "(?:ai ?)?가속기", "(?:ai)?アクセラレーター?|加速器", "(?:ai)?加速(?:器|卡|芯片|晶片)")),
    ("server", (
        r"servers?", r"servidores?", r"server", r"serveurs?", r"\w*-?servern?", "서버", "サーバー?", "(?:ai)?(?:服[务務]器|伺服器)")),
    ("rack", (
        r"(?:server )?racks?|cabinets?", r"racks?|bastidores|armarios", r"rack|armadi", r"racks?|baies|armoires", r"(?:\w+-)?racks?|\w*serverschränke?n?", "랙(?![가-힣])|서버 ?랙", "(?:サーバー?)?ラック", "机[柜櫃]|機櫃|机架|機架")),
    ("stack", (
        r"(?:(?:hbm\w*|memory) )?stacks?", r"(?:pilas?|apilamientos?|stacks?)(?: de (?:hbm|memoria))?", r"(?:stack|pil[ae])(?: di (?:hbm|memoria))?", r"(?:piles?|empilements?|stacks?)(?: de (?:m[eé]moire|hbm))?", r"(?:\w+-)?(?:\w*stapeln?|stacks?)", "스택", "スタック", "堆[叠疊栈棧]|[颗顆]堆[叠疊]")),
    ("layer", (
        r"(?:(?:dram|memory|metal) )?layers?|tiers", r"capas?", r"strat[oi]|layer", r"couches?", r"\w*(?:(?<!an)lagen|schichten|ebenen)", "층|단(?=[^가-힣]|[ ]?(?:적층|hbm|낸드|제품|을|의|으로|까지)|짜리)", "層|段", "[层層]")),
    ("die", (
        r"(?:(?:logic|dram|compute|base|gpu) )?(?:dies?|dice|chiplets?)", r"dies?|chiplets?|dados", r"die|chiplet", r"dies?|chiplets?|puces nues", r"(?:\w+-)?(?:dies?|chiplets?)", "다이(?![가-힣])|칩렛", "ダイ(?![ァ-ヶ])|チップレット", "裸片|裸晶|晶粒|芯粒|小芯片")),
    ("transistor", (
        r"transistors?", r"transistores", r"transistor", r"transistors?", r"transistoren?", "트랜지스터", "トランジスタ", "晶[体體]管|[电電]晶[体體]")),
    ("chip", (
        r"(?:(?:ai|memory|logic|hbm|semiconductor|advanced|server|automotive) )*(?:chips?|processors?|semiconductors?|microchips?|cpus?|dpus?|npus?)", r"chips?|microchips?|procesadores|semiconductores|cpus?", r"chip|microchip|processori|semiconduttori|cpu", r"puces?|processeurs?|semi-?conducteurs?|cpus?", r"(?:\w+-)?(?:\w*chips?|\w*prozessor(?:en)?|\w*halbleitern?|cpus?)", "(?:ai ?|인공지능 ?|메모리 ?|반도체 ?)?(?:칩(?!렛)|프로세서|반도체(?! ?(?:공장|팹|기업|업체|회사|장비|인력|단지|산업|라인)))", "(?:ai)?(?:半導体(?!工場|製造|メーカー|企業|装置|各?社)|チップ(?!レット)|プロセッサー?)", "(?:ai)?(?:芯片(?!厂|企|公司|制造|工)|晶片(?!廠|企|公司|製造)|[处處]理器|半[导導][体體](?!工?[厂廠]|企|公司|[设設][备備]))")),
    ("module", (
        r"modules?", r"m[oó]dulos?", r"modul[oi]", r"modules?", r"\w*-?modulen?", "모듈", "モジュール", "模[块塊][组組]?|模組")),
    ("substrate", (
        r"substrates?", r"sustratos?|substratos?", r"substrat[oi]", r"substrats?", r"\w*-?substrate?n?", "기판", "基板", "基板|[载載]板")),
    ("package", (
        r"packages?|interposers?", r"paquetes? de chips|encapsulados", r"package", r"bo[iî]tiers?", r"packages?|gehäuse", "패키지(?!징)", "パッケージ(?!ング)", "封[装裝][体體件]")),
    ("customer", (
        r"(?:major |large |cloud )?(?:customers?|clients?|hyperscalers?)", r"clientes?", r"client[ei]", r"clients?", r"\w*kunden?", "고객사?", "顧客|取引先|[ユ]ーザー?", "客[户戶]")),
    ("supplier", (
        r"(?:suppliers?|vendors?|subcontractors?)", r"proveedor(?:es)?|suministradores?", r"fornitor[ei]", r"fournisseurs?|sous-traitants?", r"\w*(?:zulieferern?|lieferanten?|zulieferfirmen|zulieferbetriebe?n?)", "(?:협력|공급|납품) ?(?:업체|사)(?!업)|공급사|협력사|소부장 ?기업", "サプライヤー?|調達先|協力会社|仕入れ先", "供[应應]商")),
    ("company", (
        r"(?:(?:chip|semiconductor|tech(?:nology)?|memory|cloud|equipment|portfolio|local|foreign|listed) ?)*(?:compan(?:y|ies)|firms?|businesses|enterprises|corporations|chip-?makers?|manufacturers?|makers|start-?ups?|producers?|foundry operators)|start-?ups?",
        r"empresas?|compañ[ií]as?|firmas?|fabricantes?|sociedades|start-?ups?|productores?|startups?|emergentes", r"aziend[ae]|societ[aà]|impres[ae]|produttor[ei]|ditt[ae]|costruttori|start-?up|compagni[ae]|grupp[oi]", r"entreprises?|soci[eé]t[eé]s?|fabricants?|firmes?|compagnies?|start-?ups?|constructeurs?|producteurs?|groupes", r"\w*(?:unternehmen|firmen?|konzerne?n?|herstellern?|start-?ups?|chipherstellern?|gesellschaften|betriebe?n?|produzenten)",
        "(?:반도체 ?|국내 ?|글로벌 ?|대형 ?|중소 ?|소재 ?|부품 ?|장비 ?)?(?:기업|회사|업체|제조사|스타트업|제조업체)", "(?:半導体|ＩＴ|テック|装置|素材|部品)*(?:企業|会社|メーカー|スタートアップ)", "(?:芯片|晶片|半[导導][体體]|科技|初[创創]|上市|上下游)*(?:公司|企[业業]|[厂廠]商|制造商|製造商|企[业業]家?)")),
    ("person", (
        r"(?:(?:new|full-time|additional|skilled|permanent|contract|direct|construction|production|factory) )*(?:employees|workers?|staff(?:ers)?|people|persons?|engineers?|personnel|specialists|technicians?|hires|scientists|researchers|workforce)",
        r"(?:empleados?(?: directos)?|trabajador(?:es)?|personas?|ingenier[oa]s?|t[eé]cnicos|investigador(?:es)?|especialistas|operarios|profesionales|emplead[oa]s)", r"dipendent[ei]|addett[oi]|lavorator[ei]|person[ae]|ingegner[ie]|tecnici|ricercator[ei]|impiegati|operai|specialisti",
        r"(?:salari[eé]s?|employ[eé]s?|personnes?|ing[eé]nieurs?|techniciens?|travailleurs?|ouvriers?|chercheurs?|collaborateurs?|sp[eé]cialistes|agents)", r"\w*(?:mitarbeiter(?:n|innen)?(?: und mitarbeitern?(?:innen)?)?|mitarbeitende[nr]?|beschäftigte[nr]?|menschen|personen?|ingenieur(?:e|en|innen)?|arbeitern?|angestellten?|fachkräfte?n?|leuten?|techniker[n]?|forscher[n]?|arbeitskräfte?n?|beschäftigten?)",
        "(?:직원|임직원|근로자|인력|엔지니어|연구원|사람|종업원|인원|기술자)", "(?:従業員|社員|人員|技術者|エンジニア|人材|職員|作業員|研究者)", "(?:[员員]工|[职職]工|工程[师師]|工人|人[员員]|人才|雇[员員])")),
    ("job", (
        r"(?:(?:direct|new|permanent|high-paying|construction|skilled|indirect|manufacturing) )*(?:jobs|positions|posts|roles)", r"(?:puestos? de trabajo|empleos)(?: directos)?", r"posti di lavoro|occupati", r"emplois?(?: directs?)?|postes(?: de travail)?", r"\w*(?:arbeitsplätze?n?|stellen|jobs?)", "일자리", "雇用", "(?:就[业業])?[岗崗]位|工作(?:机[会會]|機[会會])|就[业業](?:机会)?")),
    ("country", (
        r"countries|nations|states(?! of)", r"pa[ií]ses", r"paesi|stati", r"pays", r"ländern?|staaten", "(?:개 ?)?국가|개국", "[カヶか]国", "[个個]?[国國]家")),
    ("site", (
        r"(?:production |manufacturing )?(?:sites?|locations?|campuses|facilit(?:y|ies)|plots|hubs)", r"emplazamientos?|ubicaciones|sedes?|centros?|instalaciones|parcelas", r"sit[oi]|sed[ei]|cent(?:ro|ri)|localit[aà]", r"sites?|implantations?|centres?|campus", r"\w*(?:standorte?n?|zentren|gelände)", "부지|사업장|거점|캠퍼스|단지", "拠点|箇所|か所|カ所|ヶ所|事業所|キャンパス", "基地|[园園][区區]|[据據][点點]|地[点點]|站[点點]")),
    ("building", (
        r"buildings?|halls?|modules of", r"edificios?|naves?", r"edific[io]|capannoni", r"b[aâ]timents?|halls?", r"gebäuden?|hallen?", "건물|동(?=[^가-힣]|을|의|으로|이|도|를)", "棟|建屋", "[栋棟幢]|[楼樓]")),
    ("order", (
        r"orders", r"pedidos|[oó]rdenes", r"ordini|commesse", r"commandes", r"\w*(?:aufträge?n?|bestellungen)", "주문", "受注|注文", "[订訂][单單]")),
    ("patent", (
        r"patents?", r"patentes?", r"brevetti?", r"brevets?", r"patente?n?", "특허", "特許", "[专專]利")),
    ("project", (
        r"(?:project|programme|program)s", r"proyectos", r"progetti", r"projets", r"projekte?n?|vorhaben", "프로젝트|사업(?!장)", "案件|プロジェクト|事業", "[项項]目|[专專]案")),
    ("contract", (
        r"(?:contracts|deals|agreements)", r"contratos|acuerdos", r"contratti|accordi", r"contrats|accords", r"\w*vertr[aä]ge?n?|vereinbarungen", "계약", "契約", "合[同約约]|[协協][议議]")),
    ("investor", (
        r"investors|shareholders", r"inversores|accionistas|inversionistas", r"investitori|azionisti", r"investisseurs|actionnaires", r"\w*investoren|aktionäre?n?|geldgebern?", "투자자|투자사|주주", "投資家|株主", "投[资資](?:者|人|方|机[构構])|股[东東]")),
    ("partner", (
        r"partners", r"socios", r"partner|soci", r"partenaires", r"\w*partnern?", "파트너사?", "パートナー", "合作[伙夥]伴|[伙夥]伴")),
    ("household", (
        r"households|homes", r"hogares", r"famiglie|abitazioni", r"foyers|m[eé]nages", r"haushalten?", "가구", "世帯", "[户戶]家庭|家庭")),
    ("vehicle", (
        r"(?:electric )?(?:vehicles|cars)|trucks?", r"veh[ií]culos|coches|camiones", r"veicoli|auto|camion", r"v[eé]hicules|voitures|camions", r"fahrzeugen?|autos?|lastwagen|lkw", "차량|자동차|트럭", "車両|自動車|トラック", "[车車][辆輛]|汽[车車]|卡[车車]")),
    ("smartphone", (
        r"(?:smart)?phones|handsets", r"(?:tel[eé]fonos|smartphones)", r"smartphone|telefoni", r"smartphones|t[eé]l[eé]phones", r"smartphones?|handys", "스마트폰", "スマートフォン|スマホ", "智能手[机機]|手[机機]|智慧型手機")),
    ("cluster", (
        r"(?:compute |gpu )?clusters", r"cl[uú]ster(?:es|s)?", r"cluster", r"clusters|grappes", r"\w*-?clustern?", "클러스터", "クラスター?", "集群|[丛叢]集")),
    ("reactor", (
        r"reactors", r"reactores", r"reattori", r"r[eé]acteurs", r"\w*reaktoren?", "원자로", "原子炉|原発", "反[应應]堆")),
    ("truck", ("lorries", "", "", "", "", "", "", "")),
    ("share", (
        r"shares", r"acciones", r"azioni", r"actions", r"aktien", "주식", "株式?", "股(?![东東份])")),
    ("core", (
        r"cores", r"n[uú]cleos", r"core", r"c[oœ]urs", r"kernen?|cores", "코어", "コア", "核心|核(?=[^心能])")),
    ("unit", (
        r"(?:units|pieces|devices)", r"unidad(?:es)?|piezas|dispositivos", r"unit[aà]|pezzi|dispositivi|esemplari", r"unit[eé]s?|pi[eè]ces|exemplaires|appareils", r"\w*(?:einheiten|geräten?|exemplaren?)|stück|stücken?", "유닛|기기|제품", "ユニット|製品|機器", "[单單]位|[产產]品")),
)  # fmt: skip

_ORDER = ("en", "es", "it", "fr", "de", "ko", "ja", "zh")

# Words that may stand between a number and its noun.
_FUNCTION = {
    "en": "a an the of in on at to for from by with and or but per as than is are was were will would has have had "
    "that which who each more less times years percent year month week it its if when while after before "
    "during since until over about between into against not be been being can could may might shall should must "
    "he she they we you this these those their his her our said says also then",
    "es": "el la los las un una de del en a al por para con y o u e pero que más menos se es son fue fueron ha han su sus como "
    "entre hasta desde sobre si cuando mientras no lo le les este esta según tras cada durante veces",
    "it": "il lo la i gli le un una di del della dei degli delle dello in a al alla ai agli alle da dal dalla per con e o ma che più meno "
    "si è sono ha hanno su sul sulla come tra fra se quando mentre non ogni volte ciascuno",
    "fr": "le la les un une de des du en à au aux par pour avec et ou mais que qui plus moins se est sont a ont sur comme "
    "entre jusque depuis si quand ne pas il elle ils son sa ses leur leurs dans chaque fois",
    "de": "der die das den dem des ein eine einer und oder aber in im an am auf aus bei mit nach von vom zu zum zur für um über unter "
    "als wie pro je bis ist sind war waren wird werden hat haben sich nicht mehr weniger mal ab seit dass auch noch so soll sollen will wollen kann",
}  # fmt: skip


def _names(lang: str) -> list[tuple[str, str]]:
    column = _ORDER.index(lang)
    return [(thing, forms[column]) for thing, forms in _THINGS if forms[column]]


@cache
def noun(lang: str) -> Lexicon:
    """Things a noun of the language can count.

    Examples
    --------
    >>> noun("es").at("centros de investigación", 0)
    ('research_centre', 24)
    >>> noun("de").at("halbleiterfabriken", 0)
    ('fab', 18)
    """
    return Lexicon(_names(lang), cjk=lang in CJK)


@cache
def adjectives(lang: str) -> frozenset[str]:
    """Function words of a language; they end the search for a head noun."""
    return frozenset(_FUNCTION.get(lang, "").split())


# Packaging, assembly or test said behind the noun makes a fab a packaging plant.
_SPECIAL = {
    "es": r" (?:de )?(?:chips? |semiconductores )?(?:de )?(?:encapsulad[oa]|empaquetad[oa]|packaging|envasado)",
    "it": r" (?:di )?(?:chip )?(?:di )?(?:packaging|confezionamento|incapsulamento|assemblaggio)",
    "fr": r" (?:de )?(?:puces )?(?:de |d')?(?:packaging|encapsulation|assemblage|conditionnement)",
    "en": r" (?:for|of) (?:advanced )?(?:chip )?packaging", "de": r" für (?:die )?(?:\w+ )?(?:packaging|verpackung)",
}  # fmt: skip


@cache
def special(lang: str) -> Lexicon | None:
    """What follows a plant and makes it another kind of plant."""
    pattern = _SPECIAL.get(lang)
    return None if pattern is None else Lexicon([("packaging_plant", pattern)])


# Counters of the three languages that use them; the thing they count if no noun is near, and
# the things they can count ("" for any).
_COUNTERS = {
    "ko": [
        ("company", r"(?:개|곳의?)?[ ]?사(?![가-힣])|개 ?(?:회사|기업|업체)|개사"), ("person", r"명|여 ?명|인(?![치가-힣])"),
        ("country", "개국"), ("line", "개 ?라인"), ("layer", "개? ?층"),
        ("wafer", r"장|매(?![가-힣])"), ("unit", r"대(?![가-힣]*[역만])|여 ?대"), ("site", r"곳|군데|개소"), ("fab", r"기(?![가-힣가]*[업존간술])"),
        ("item", r"개(?![월년국])|여 ?개|가지|건|종|채"), ("building", r"동(?![가-힣])"), ("share", "주(?![가-힣 ]*(?:년|간|일))"),
    ],
    "ja": [
        ("company", "社(?![員長会内債外])|企業"), ("person", "人(?![民工口材気間])|名(?![古])"), ("country", "[カヶか]国"),
        ("layer", "層|段(?!階)"), ("wafer", "枚"), ("unit", "台(?![湾風数])"), ("line", "ライン"), ("stack", "スタック"), ("site", "[カかヶケ箇]所|拠点"), ("building", "棟"),
        ("fab", "基(?![本準板地])"), ("item", "個|[つ](?=の|を|が|に|、|。)|件|種類?|点(?!検)|本(?![社国年格部体])"), ("share", "株"), ("room", "室"), ("rack", "ラック"), ("server", "サーバー?"), ("chip", "チップ"), ("fab", "工場"), ("job", "雇用"),
    ],
    "zh": [
        ("company", "[家](?![庭用电電])|[间間](?=公司)"), ("person", "[名位](?![列为於于置])|人(?![民工口才均造类形])|[个個]人"), ("country", "[个個]?国家|国(?=[的，,。])"),
        ("wafer", "片(?!面)"), ("unit", "[台臺部](?![湾灣积積分署门門])|套"), ("fab", "座|[间間](?!接|隙)|[个個]?厂区"), ("line", "[条條]"), ("layer", "[层層]"),
        ("chip", "[颗顆粒枚块塊](?!钱)"), ("rack", "[柜櫃]"), ("share", "股(?![东東])"), ("item", "[个個](?![月百小人基])|[种種]|[项項]|[处處]|[块塊]|[张張]|件|[辆輛]|支|[批笔筆]|[组組]"), ("building", "[栋棟幢]"),
    ],
}  # fmt: skip


@cache
def counter(lang: str) -> Lexicon:
    """Counters of Korean, Japanese or Chinese, with what they count by themselves.

    Examples
    --------
    >>> counter("ja").at("枚の", 0)
    ('wafer', 1)
    """
    return Lexicon(_COUNTERS[lang], cjk=True)
