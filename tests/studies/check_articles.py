"""Invented articles in eight languages, with the verdict that each claim in them must get.

The texts are ours; their figures are true, false, out of scope, out of time or impossible on
purpose. ``verdicts`` names words of a quote and the one right verdict; "not_checkable" is always
allowed beside it, a different verdict never is.
"""
# ruff: noqa: E501 - texts stand as they are read

S, C, SCOPE, TIME, INF, NO = (
    "supported", "contradicted", "differs_in_scope", "differs_in_time", "infeasible", "not_checkable",
)  # fmt: skip

ARTICLES = [
    ("en", "2024-02-10", """NVIDIA's H200, announced last autumn, carries 141 GB of memory and moves 4.8 TB/s. Its predecessor, the H100, has 96 GB.
According to TrendForce, SK hynix held 53% of the HBM market in 2023, Samsung 38% and Micron 9%. One broker note put Samsung at 72% of the HBM market in 2023.
South Korea's semiconductor cluster is to draw 622 trillion won of private money by 2047. The cluster will get 13 new fabs. South Korea as a whole already has 21 fabs in the country.
Meta plans to own 350,000 H100 GPUs by the end of 2024. A newcomer, Ferrotide, wants $4 billion for several leading-edge fabs making AI chips. TSMC does not plan to spend $90 billion.
Lines at TSMC could handle 15,000 CoWoS wafers a month at the end of 2023.""",
     [("141 GB", S), ("4.8 TB/s", S), ("96 GB", C), ("53%", S), ("38%", S), ("9%", S), ("72%", C), ("622 trillion", S), ("13 new", S), ("21 fabs", SCOPE), ("350,000", S), ("$4 billion", INF), ("$90 billion", NO), ("15,000", S)]),
    ("es", "2025-03-20", """La inversión de TSMC en Arizona asciende ya a 165.000 millones de dólares, frente a los planes anteriores. En 2022 la empresa había anunciado otra cifra.
Intel recibirá 7.860 millones de dólares de la Ley CHIPS. Samsung obtendrá una subvención de 19.000 millones de dólares de la Ley CHIPS.
En 2022, Micron tenía el 10 % del mercado de HBM. En 2022, SK Hynix controlaba el 25 % del mercado de memoria HBM.
El H100 consume 700 W y el B200 llega a 1.000 W. El MI300X incorpora 128 GB de memoria.
Corea del Sur cuenta con 21 fábricas existentes en el país. El plan surcoreano del clúster prevé invertir 900 billones de wones hasta 2047.
Una empresa emergente, Lumbrera, planea levantar tres fábricas de chips avanzados de 2 nm con 6.000 millones de dólares.
Stargate invertirá 500.000 millones de dólares en centros de datos.""",
     [("165.000", S), ("7.860", S), ("19.000", C), ("10 %", S), ("25 %", C), ("700 W", S), ("1.000 W", S), ("128 GB", C), ("21 fábricas", SCOPE), ("900 billones", C), ("6.000 millones", INF), ("500.000", S)]),
    ("it", "2025-11-05", """OpenAI ha firmato con AMD un accordo per 6 GW di acceleratori. L'intesa tra OpenAI e Broadcom vale 10 GW, mentre quella tra OpenAI e NVIDIA prevede 25 GW.
Gli accordi di OpenAI con Broadcom, NVIDIA e AMD arrivano insieme a 26 GW.
Samsung e SK Hynix hanno firmato con OpenAI una lettera d'intenti per 900.000 wafer DRAM al mese entro il 2029.
Il progetto Stargate prevede investimenti per 500 miliardi di dollari. Il contratto di OpenAI con Oracle vale 300 miliardi di dollari.
La scheda B300 offre 288 GB di memoria. La GPU H200 monta memoria HBM3.
Nel 2023 SK Hynix e Samsung detenevano insieme il 91% del mercato HBM. Nel 2019 SK Hynix deteneva il 53% del mercato HBM.
La società Brennero Chip vuole costruire due fabbriche di chip avanzati da 3 nm con 2 miliardi di dollari.
Se TSMC costruisse dieci fabbriche in Italia, spenderebbe 200 miliardi di dollari.""",
     [("6 GW", S), ("10 GW", S), ("25 GW", C), ("26 GW", S), ("900.000", S), ("500 miliardi", S), ("300 miliardi", S), ("288 GB", S), ("H200 monta", C), ("91%", S), ("53%", TIME), ("2 miliardi", INF), ("200 miliardi", NO)]),
    ("fr", "2024-02-01", """Selon TrendForce, SK Hynix détenait 53 % du marché de la HBM en 2023. La part de marché de Samsung dans la HBM était de 62 % en 2023.
Le H100 embarque 80 Go de mémoire HBM3 et le H200 141 Go. Le TPU v5p dispose de 95 Go.
La Corée du Sud veut investir 471 milliards de dollars dans le pôle (cluster) jusqu'en 2047. La Corée du Sud veut investir 471 milliards de dollars dans le pôle (cluster) jusqu'en 2035.
La capacité CoWoS de TSMC atteignait 60 000 plaquettes par mois fin 2023.
Sam Altman discute avec G42 de fonds de 8 à 10 milliards de dollars. Actuellement, la Corée du Sud se classe derrière les États-Unis, la Chine et le Japon dans la fabrication de puces.
Pyeongtaek se trouve à 60 kilomètres de Séoul.
La jeune pousse Orcélec cherche 5 milliards de dollars pour plusieurs usines de puces d'IA.""",
     [("53 %", S), ("62 %", C), ("80 Go", S), ("141 Go", S), ("95 Go", S), ("471 milliards", S), ("60 000", C), ("8 à 10", S), ("se classe", C), ("60 kilo", S), ("5 milliards", INF)]),
    ("de", "2024-09-02", """Die EU genehmigt fünf Milliarden Euro Beihilfe für die ESMC-Fabrik in Dresden. In Dresden investiert ESMC mehr als zehn Milliarden Euro.
Im Jahr 2023 hielt SK Hynix 53 Prozent des HBM-Marktes, Samsung kam auf 38 Prozent. Auf Micron entfielen 2023 rund 35 Prozent des HBM-Marktes.
Der H200 verfügt über 141 GB Speicher. Der B200 hat 96 GB Speicher.
Intel erhält aus dem CHIPS-Gesetz 8,5 Milliarden Dollar. TSMC erhält aus dem CHIPS-Gesetz 6,6 Milliarden Dollar.
Südkoreas Cluster umfasst bislang 21 Fabriken. Bis 2047 sollen in Südkoreas Cluster 13 neue Fabriken entstehen. Bis 2030 sollen in Südkoreas Cluster 13 neue Fabriken entstehen.
TSMC investiert in Arizona 65 Milliarden Dollar.
Das Start-up Isarchip will mit drei Milliarden Dollar zwei Fabriken für modernste Chips bauen.""",
     [("fünf Milliarden", S), ("zehn Milliarden", S), ("53 Prozent", S), ("38 Prozent", S), ("35 Prozent", C), ("141 GB", S), ("96 GB", C), ("8,5 Milliarden", TIME), ("6,6 Milliarden", S), ("21 Fabriken", S), ("13 neue", S), ("65 Milliarden", TIME), ("drei Milliarden", INF)]),
    ("ko", "2024-02-05", """시장조사업체 트렌드포스에 따르면 2023년 HBM 시장에서 SK하이닉스의 점유율은 53%였다. 2023년 HBM 시장에서 삼성전자의 점유율은 75%였다.
엔비디아 H200은 141GB 메모리를 탑재했다. 엔비디아 H100은 40GB 메모리를 탑재했다.
한국 정부는 반도체 클러스터에 2047년까지 622조 원을 투자한다고 밝혔다. 클러스터에는 신규 팹 13개를 짓는다. 한국에는 전국에 이미 21개의 팹이 있다.
평택은 서울에서 60km 떨어져 있다.
TSMC의 CoWoS 생산능력은 2023년 12월 월 1만5천 장이었다.
스타트업 가람칩은 40억 달러로 첨단 반도체 공장 3곳을 지을 계획이다.
메타는 2024년 말까지 H100 GPU 35만 개를 구매할 계획이다.""",
     [("53%", S), ("75%", C), ("141GB", S), ("40GB", C), ("622조", S), ("13개", S), ("21개", SCOPE), ("60km", S), ("1만5천", S), ("40억", INF), ("35만", S)]),
    ("ja", "2024-03-01", """トレンドフォースによると、2023年のHBM市場におけるSKハイニックスのシェアは53%だった。2023年のHBM市場におけるマイクロンのシェアは40%だった。
エヌビディアのH200は141GBのメモリーを搭載する。H100のメモリーは80GBだ。B200のメモリーは500GBだ。
熊本のJASM第1工場への政府補助金は最大4,760億円だ。TSMCの熊本第2工場には7,320億円の補助金が出る。
韓国は2047年までに半導体クラスターに622兆ウォンを投じる計画だ。韓国は2047年までに半導体クラスターに100兆ウォンを投じる計画だ。
新興企業のミナトチップは、20億ドルで最先端半導体の工場を3カ所建設する計画だ。
メタは2024年末までにH100を35万個購入する計画だ。""",
     [("53%", S), ("40%", C), ("141GB", S), ("80GB", S), ("500GB", C), ("4,760億", S), ("7,320億", S), ("622兆", S), ("100兆", C), ("20億ドル", INF), ("35万", S)]),
    ("zh", "2025-10-20", """集邦数据显示，2023年SK海力士在HBM市场的份额为53%。2023年三星在HBM市场的份额为80%。
英伟达H200配备141GB内存，H100配备80GB内存。英伟达B200配备64GB内存。
OpenAI与三星、SK海力士签署意向书，到2029年每月采购90万片DRAM晶圆。OpenAI与AMD的协议规模为6GW，OpenAI与博通的协议规模为10GW。OpenAI与英伟达的协议规模为40GW。
星际之门计划投资5000亿美元建设数据中心。
台积电在亚利桑那州的投资总额为1650亿美元。英特尔获得芯片法案补贴85亿美元。
韩国半导体集群到2047年将新建13座晶圆厂。
初创公司蓝芯科技计划用30亿美元建设多座先进芯片工厂。""",
     [("53%", S), ("80%", C), ("141GB", S), ("80GB", S), ("64GB", C), ("90万", S), ("6GW", S), ("10GW", S), ("40GW", C), ("5000亿", S), ("1650亿", S), ("85亿", TIME), ("13座", S), ("30亿", INF)]),
]  # fmt: skip
