"""Invented articles in eight languages, with the verdict that each claim in them must get.

The texts are ours; their figures are true, false, out of scope, out of time or impossible on
purpose. ``verdicts`` names words of a quote and the one right verdict; "not_checkable" is always
allowed beside it, a different verdict never is.
"""
# ruff: noqa: E501 - texts stand as they are read

S, C, SCOPE, TIME, INF, NO = (
    "supported", "contradicted", "differs_in_scope", "differs_in_time", "infeasible", "not_checkable",
)  # fmt: skip

# GlobalFoundries: 1.5 billion was the final award of November 2024; a supplement of January 2025
# (75 million) made it 1.575, so that a text of December 2025 has the figure of an earlier day.
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
     [("fünf Milliarden", S), ("zehn Milliarden", S), ("53 Prozent", S), ("38 Prozent", S), ("35 Prozent", C), ("141 GB", S), ("96 GB", C), ("8,5 Milliarden", S), ("6,6 Milliarden", S), ("21 Fabriken", S), ("13 neue", S), ("65 Milliarden", S), ("drei Milliarden", INF)]),
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
    ("en", "2025-06-30", """World semiconductor sales came to $526.8 billion in 2023, the industry association says; in 2022 they had reached $574 billion. A rival tally puts world semiconductor sales in 2023 at $900 billion.
SK hynix is building a $3.87 billion packaging plant in Indiana. Micron now plans $200 billion of investment in the United States.
Taiwan made 69% of the world's logic chips below 10nm in 2022, Korea 31%. By 2032, the United States should reach 28% of logic below 10nm.
World capacity at 7nm and below was 850,000 wafers a month in 2024, according to SEMI, and is set to reach 1.4 million wafers a month in 2028.
Samsung's Taylor project was first costed at $17 billion. Tesla awarded Samsung a contract worth $16.5 billion. Samsung received a $4.745 billion grant under the CHIPS Act.
Meta's capital expenditure was to be between $30 billion and $37 billion in 2024. The MI325X comes with 256 GB of HBM3E and draws 1,000 W. Intel's Gaudi 3 has 128 GB.
OpenAI's custom chip programme with Broadcom covers 40 GW.""",
     [("$526.8", S), ("$574", S), ("$900", C), ("$3.87", S), ("$200 billion", S), ("69%", S), ("31%", S), ("28%", S), ("850,000", S), ("1.4 million", S), ("$17 billion", TIME), ("$16.5", S), ("$4.745", S), ("256 GB", S), ("1,000 W", S), ("128 GB", S), ("40 GW", NO)]),
    ("es", "2024-06-15", """El gobierno japonés concedió 476.000 millones de yenes a la primera fábrica de JASM en Kumamoto. La planta procesará 55.000 obleas al mes.
Taiwán concentraba en 2022 el 69 % de la lógica por debajo de 10 nm. La cuota de Corea del Sur en la lógica por debajo de 10 nm era del 3 % en 2022.
Los ingresos mundiales de la industria de semiconductores sumaron 526.800 millones de dólares en 2023.
Intel ingresó 48.700 millones de dólares por semiconductores en 2023. NVIDIA facturó 95.000 millones de dólares en semiconductores en 2022.
ESMC invertirá más de 10.000 millones de euros en Dresde. SK Hynix gastará 3.870 millones de dólares en Indiana. Pyeongtaek está a 300 kilómetros de Seúl.
El acelerador Gaudi 3 lleva 128 GB de memoria y el MI300X, 192 GB. El A100 solo existe con 512 GB.""",
     [("476.000", S), ("55.000", S), ("69 %", S), ("3 %", C), ("526.800", S), ("48.700", S), ("95.000", C), ("10.000 millones", S), ("3.870", S), ("300 kil", C), ("128 GB", S), ("192 GB", S), ("512 GB", C)]),
    ("it", "2024-05-20", """Secondo TrendForce, a fine 2023 Samsung disponeva di una capacità HBM di 45.000 wafer al mese. Micron si fermava a 3.000 wafer al mese di HBM.
Il fatturato mondiale delle DRAM è stato di 51,8 miliardi di dollari nel 2023. Il fatturato mondiale delle HBM ha raggiunto 60 miliardi di dollari nel 2023.
SoftBank e G42 trattano con Sam Altman. L'acceleratore MI300X dispone di 192 GB e di una banda di 5,3 TB/s; il TPU v4 si ferma a 32 GB.
TSMC riceverà 6,6 miliardi di dollari dal CHIPS Act. Micron riceverà 6,1 miliardi di dollari dal CHIPS Act.
La Corea del Sud costruirà 13 nuove fabbriche nel cluster entro il 2047. Il piano per il cluster della Corea del Sud vale 622 mila miliardi di won fino al 2047. Il piano per il cluster della Corea del Sud vale 300 mila miliardi di won fino al 2047.
Un wafer TSMC da 3 nm costa circa 19.000 dollari per wafer.""",
     [("45.000", S), ("3.000 wafer", S), ("51,8", S), ("60 miliardi", C), ("192 GB", S), ("5,3", S), ("32 GB", S), ("6,6", S), ("6,1 miliardi", S), ("13 nuove", S), ("622 mila", S), ("300 mila", C), ("19.000", S)]),
    ("fr", "2025-12-10", """Le projet Stargate représente 500 milliards de dollars d'investissements et 10 GW. AMD fournira 6 GW à OpenAI ; NVIDIA et OpenAI se sont entendus sur 10 GW.
Samsung vise 250 000 tranches par mois de HBM fin 2026. SK Hynix investira 600 000 milliards de wons à Yongin. Le premier plan de SK Hynix pour Yongin était de 122 000 milliards de wons.
Le GB200 NVL72 consomme 120 kW. Le B300 dispose de 288 Go et le Trainium3 de 144 Go. Le Rubin se contente de 48 Go.
Intel a reçu 7,86 milliards de dollars au titre du CHIPS Act. GlobalFoundries a reçu 1,5 milliard de dollars au titre du CHIPS Act. GlobalFoundries recevra 30 milliards de dollars au titre du CHIPS Act.
Les ventes mondiales de semi-conducteurs ont atteint 574 milliards de dollars en 2022. L'Allemagne ne versera pas 9 milliards de dollars à Intel.""",
     [("500 milliards", S), ("10 GW", S), ("6 GW", S), ("250 000", S), ("600 000", S), ("122 000", TIME), ("120 kW", S), ("288 Go", S), ("144 Go", S), ("48 Go", C), ("7,86", S), ("1,5 milliard", TIME), ("30 milliards", C), ("574 milliards", S), ("9 milliards", NO)]),
    ("de", "2025-10-15", """TSMC investiert in Arizona inzwischen 165 Milliarden Dollar; Anfang 2024 waren es 65 Milliarden Dollar. Samsung erhielt aus dem CHIPS Act 4,745 Milliarden Dollar.
Die Speichernachfrage ist hoch: OpenAI vereinbarte mit Samsung und SK Hynix bis 2029 monatlich 900.000 DRAM-Wafer. OpenAI und AMD vereinbarten sechs Gigawatt. OpenAI und Broadcom vereinbarten zehn Gigawatt.
Der MI355X bietet 288 GB Speicher, der TPU v7 192 GB. Ein H100 hat eine Leistungsaufnahme von 300 Watt.
2022 entfielen auf SK Hynix 50 Prozent, auf Samsung 40 Prozent und auf Micron 10 Prozent des HBM-Marktes. Taiwans Anteil an der Logikfertigung unter 10 nm lag 2022 bei 69 Prozent.
Die weltweiten Halbleiterumsätze lagen 2023 bei 526,8 Milliarden Dollar.
Mit 15 Milliarden Dollar will das Unternehmen Eichberg sechs Fabriken für modernste Chips errichten.""",
     [("165 Milliarden", S), ("4,745", S), ("900.000", S), ("sechs Gigawatt", S), ("zehn Gigawatt", S), ("288 GB", S), ("192 GB", S), ("300 Watt", C), ("50 Prozent", S), ("40 Prozent", S), ("10 Prozent", S), ("69 Prozent", S), ("526,8", S), ("15 Milliarden", INF)]),
    ("ko", "2025-11-20", """오픈AI는 삼성전자, SK하이닉스와 2029년까지 월 90만 장의 D램 웨이퍼를 공급받기로 했다. 오픈AI와 AMD는 6GW 규모의 계약을 맺었다. 오픈AI와 브로드컴은 10GW 규모의 계약을 맺었다.
스타게이트 프로젝트는 5000억 달러를 투자해 데이터센터를 짓는다. TSMC는 애리조나에 1650억 달러를 투자한다.
SK하이닉스는 용인에 600조 원을 투자한다. SK하이닉스는 인디애나에 38억7000만 달러를 투자한다. 삼성전자는 용인 국가산단에 360조 원을 투자한다.
엔비디아 B300은 288GB 메모리를 탑재한다. AMD MI300X는 192GB 메모리를 탑재한다. AMD MI300X의 메모리는 32GB다.
2022년 HBM 시장에서 SK하이닉스의 점유율은 50%, 삼성전자는 40%, 마이크론은 10%였다.
인텔은 반도체법 보조금 78억6000만 달러를 받는다. 삼성전자는 2023년 HBM 시장을 30%도 차지하지 못했다.""",
     [("90만", S), ("6GW", S), ("10GW", S), ("5000억", S), ("1650억", S), ("600조", S), ("38억7000만", S), ("360조", S), ("288GB", S), ("192GB", S), ("32GB", C), ("50%", S), ("40%", S), ("10%", S), ("78억6000만", S), ("30%", NO)]),
    ("ja", "2025-11-01", """オープンAIはサムスン電子、SKハイニックスと、2029年までに月90万枚のDRAMウエハーの供給を受けることで合意した。オープンAIとAMDの契約は6ギガワット、オープンAIとブロードコムの契約は10ギガワットに上る。
スターゲート計画の投資額は5000億ドルだ。TSMCはアリゾナ州に1650億ドルを投資する。TSMCはアリゾナ州に9000億ドルを投資する。
ラピダスへの補助金は累計9200億円に達した。JASMの熊本第1工場は月産5万5000枚の能力を持つ。
2022年の世界半導体売上高は5740億ドル、2023年は5268億ドルだった。
MI300Xは192GBのメモリーを搭載する。TPU v5pのメモリーは95GBだ。MI355Xのメモリーは64GBだ。
2023年のHBM市場でSKハイニックスとサムスン電子のシェアは合わせて91%だった。もしサムスンが2023年にHBM市場の90%を握っていれば、状況は違っただろう。""",
     [("90万枚", S), ("6ギガ", S), ("10ギガ", S), ("5000億", S), ("1650億", S), ("9000億", C), ("9200億", S), ("5万5000", S), ("5740億", S), ("5268億", S), ("192GB", S), ("95GB", S), ("64GB", C), ("91%", S), ("90%", NO)]),
    ("zh", "2024-04-20", """台积电亚利桑那项目总投资650亿美元，将获芯片法案补贴66亿美元。三星泰勒项目将获芯片法案补贴64亿美元。美光将获芯片法案补贴300亿美元。
2022年，SK海力士占HBM市场的50%，三星占40%，美光占10%。2023年全球DRAM营收为518亿美元。
韩国政府公布的半导体集群计划到2047年投资622万亿韩元，将在平泽和龙仁新建13座晶圆厂。韩国全国已有21座晶圆厂。
平泽距首尔约60公里。日本政府向JASM熊本第二工厂提供7320亿日元补贴。
MI300X配备192GB显存，带宽为5.3TB/s。英伟达H100的带宽为9TB/s。
Meta计划到2024年底拥有35万块H100。""",
     [("650亿", S), ("66亿", S), ("64亿", S), ("300亿", C), ("50%", S), ("40%", S), ("10%", S), ("518亿", S), ("622万亿", S), ("13座", S), ("21座", SCOPE), ("60公里", S), ("7320亿", S), ("192GB", S), ("5.3TB", S), ("9TB", C), ("35万", S)]),
]  # fmt: skip
