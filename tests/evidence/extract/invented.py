# ruff: noqa: E501 - one sentence a line
"""Invented sentences of semiconductor news in eight languages, with what they claim.

Each entry: language, text, quantities as (words of the number, low, value, high, unit), dates.
All firms and figures are invented; nothing here is a fact.
"""


def point(words, value, unit):
    return (words, None, value, None, unit)


def span(words, low, high, unit):
    return (words, low, None, high, unit)


def most(words, high, unit):
    return (words, None, None, high, unit)


def least(words, low, unit):
    return (words, low, None, None, unit)


SENTENCES = [
    # English
    ("en", "Arclight Semiconductor will invest $18.5 billion in three new wafer fabs in Ohio by 2030, creating more than 4,500 jobs.",
     [point("18.5 billion", 18.5e9, "USD"), point("three", 3, "fab"), least("4,500", 4500, "job")], ["2030"]),
    ("en", "Monthly capacity will rise from 60,000 to 95,000 wafers in the second half of 2027, the company said on March 14, 2026.",
     [point("60,000", 60000, "wafer/month"), point("95,000", 95000, "wafer/month")], ["2027-H2", "2026-03-14"]),
    ("en", "Each Helix-4 rack holds 72 GPUs and draws up to 132 kW; the company has ordered 30,000 H200 GPUs at about $32,000 apiece.",
     [point("72", 72, "GPU"), most("132", 132, "kW"), point("30,000", 30000, "GPU:H200"), point("32,000", 32000, "USD")], []),
    ("en", "The state will cover at least 35% of the cost, or roughly €2.1bn, over five years.",
     [least("35", 35, "%"), point("2.1bn", 2.1e9, "EUR"), point("five", 5, "year")], []),
    ("en", "Yields on the 2 nm process climbed to between 62 and 68 percent in Q1 2026, while the share of scrap fell below 4%.",
     [point("2", 2, "nm"), span("62 and 68", 62, 68, "%"), most("4", 4, "%")], ["2026-Q1"]),
    ("en", "Bluewater Memory has hired 1,200 engineers since 2024 and runs 14 EUV scanners; it plans to add another six by the end of 2028.",
     [point("1,200", 1200, "person"), point("14", 14, "tool:EUV")], ["2024", "2028-12-31"]),
    ("en", "The campus spans 450 hectares, 40 km south of Austin, and will need 1.2 GW of power and 38 million litres of water per day.",
     [point("450", 450, "ha"), point("40", 40, "km"), point("1.2", 1.2, "GW"), point("38 million", 38e6, "L")], []),
    ("en", "Lead times for the S9 accelerator have stretched to 52 weeks, and HBM3E prices have doubled.",
     [point("52", 52, "week")], []),
    ("en", "A consortium of seven companies signed a NT$120 billion loan on 3 June 2025.",
     [point("seven", 7, "company"), point("120 billion", 120e9, "TWD")], ["2025-06-03"]),
    ("en", "Analysts at Fernhill expect shipments of 2.4 million units in fiscal 2027, up 18% from a year earlier, worth $64-70bn.",
     [point("2.4 million", 2.4e6, "unit"), point("18", 18, "%"), span("64-70bn", 64e9, 70e9, "USD")], ["FY2027"]),
    # Spanish
    ("es", "La empresa Arcoluz invertirá 3.400 millones de euros en dos fábricas de obleas en Zaragoza antes de 2030 y creará más de 2.500 empleos.",
     [point("3.400 millones", 3.4e9, "EUR"), point("dos", 2, "fab"), least("2.500", 2500, "job")], ["2030"]),
    ("es", "La capacidad pasará de 30.000 a 55.000 obleas al mes en el cuarto trimestre de 2028.",
     [point("30.000", 30000, "wafer/month"), point("55.000", 55000, "wafer/month")], ["2028-Q4"]),
    ("es", "El rendimiento se sitúa entre el 68 y el 74 %, según anunció el 5 de mayo de 2026, y el precio ronda los 1.200 dólares por oblea.",
     [span("68 y el 74", 68, 74, "%"), point("1.200", 1200, "USD/wafer")], ["2026-05-05"]),
    ("es", "El centro de datos consumirá hasta 350 MW y albergará unas 40.000 GPU H200.",
     [most("350", 350, "MW"), point("40.000", 40000, "GPU:H200")], []),
    ("es", "Los plazos de entrega se redujeron de 40 a 26 semanas, mientras que la cuota de mercado subió del 12 % al 15,5 %.",
     [point("40", 40, "week"), point("26", 26, "week"), point("12", 12, "%"), point("15,5", 15.5, "%")], []),
    ("es", "Corea destinará 26 billones de wones a apoyar a cuatro empresas y cinco centros de investigación.",
     [point("26 billones", 26e12, "KRW"), point("cuatro", 4, "company"), point("cinco", 5, "research_centre")], []),
    ("es", "La planta, situada a 25 kilómetros de la costa, empleará a unos mil doscientos ingenieros en el ejercicio 2027.",
     [point("25", 25, "km"), point("mil doscientos", 1200, "person")], ["FY2027"]),
    ("es", "El fabricante instalará 22 escáneres EUV y alcanzará 1,8 millones de unidades anuales, al menos un 9 % más que en 2025.",
     [point("22", 22, "tool:EUV"), point("1,8 millones", 1.8e6, "unit/year"), least("9", 9, "%")], ["2025"]),
    # Italian
    ("it", "Il gruppo Silvamera investirà 4,2 miliardi di euro in due nuovi stabilimenti a Catania entro il 2029, con oltre 1.800 posti di lavoro.",
     [point("4,2 miliardi", 4.2e9, "EUR"), point("due", 2, "fab"), least("1.800", 1800, "job")], ["2029"]),
    ("it", "La capacità salirà da 15.000 a 28.000 wafer al mese nel terzo trimestre del 2027.",
     [point("15.000", 15000, "wafer/month"), point("28.000", 28000, "wafer/month")], ["2027-Q3"]),
    ("it", "La resa è compresa tra il 70 e il 76% e i tempi di consegna sono scesi da 30 a 18 settimane.",
     [span("70 e il 76", 70, 76, "%"), point("30", 30, "week"), point("18", 18, "week")], []),
    ("it", "Il data center assorbirà fino a 240 MW e ospiterà circa 25.000 GPU; ogni rack costa 2,9 milioni di dollari.",
     [most("240", 240, "MW"), point("25.000", 25000, "GPU"), point("2,9 milioni", 2.9e6, "USD")], []),
    ("it", "Il 12 maggio 2026 la società ha firmato contratti con cinque aziende per 750 milioni di dollari, il 14% in più rispetto al 2025.",
     [point("cinque", 5, "company"), point("750 milioni", 750e6, "USD"), point("14", 14, "%")], ["2026-05-12", "2025"]),
    ("it", "Lo stabilimento, a 35 chilometri da Milano, impiega 3.200 dipendenti e sedici macchine EUV.",
     [point("35", 35, "km"), point("3.200", 3200, "person"), point("sedici", 16, "tool:EUV")], []),
    ("it", "Nell'esercizio 2026 ha venduto 1,3 milioni di unità con 144 GB di HBM4 ciascuna; il piano dura tre anni.",
     [point("1,3 milioni", 1.3e6, "unit"), point("144", 144, "GB"), point("tre", 3, "year")], ["FY2026"]),
    # French
    ("fr", "Le groupe Solvane investira 7,5 milliards d'euros dans deux usines de plaquettes près de Grenoble d'ici à 2030 et créera plus de 1 000 emplois.",
     [point("7,5 milliards", 7.5e9, "EUR"), point("deux", 2, "fab"), least("1 000", 1000, "job")], ["2030"]),
    ("fr", "La capacité passera de 20 000 à 45 000 plaquettes par mois au quatrième trimestre 2027.",
     [point("20 000", 20000, "wafer/month"), point("45 000", 45000, "wafer/month")], ["2027-Q4"]),
    ("fr", "Le rendement se situe entre 72 et 78 %, et les délais de livraison sont tombés de 44 à 30 semaines.",
     [span("72 et 78", 72, 78, "%"), point("44", 44, "week"), point("30", 30, "week")], []),
    ("fr", "Le centre de données consommera jusqu'à 500 MW et abritera quelque 60 000 GPU H200, à 28 000 dollars pièce.",
     [most("500", 500, "MW"), point("60 000", 60000, "GPU:H200"), point("28 000", 28000, "USD")], []),
    ("fr", "Le 3 avril 2026, trois entreprises ont signé un contrat de 620 millions de dollars, en hausse de 11,5 % sur un an.",
     [point("trois", 3, "company"), point("620 millions", 620e6, "USD"), point("11,5", 11.5, "%")], ["2026-04-03"]),
    ("fr", "Le site, à 15 kilomètres de Lyon, emploie 2 400 salariés et dix-huit scanners EUV depuis fin 2025.",
     [point("15", 15, "km"), point("2 400", 2400, "person"), point("dix-huit", 18, "tool:EUV")], ["2025-12-31"]),
    ("fr", "Pour l'exercice 2027, l'État financera au moins 30 % du projet, soit environ 1,2 milliard d'euros sur quatre ans.",
     [least("30", 30, "%"), point("1,2 milliard", 1.2e9, "EUR"), point("quatre", 4, "year")], ["FY2027"]),
    # German
    ("de", "Der Konzern Lichtwerk investiert 5,8 Milliarden Euro in drei neue Fabriken bei Magdeburg und schafft bis Ende 2030 mehr als 3.000 Arbeitsplätze.",
     [point("5,8 Milliarden", 5.8e9, "EUR"), point("drei", 3, "fab"), least("3.000", 3000, "job")], ["2030-12-31"]),
    ("de", "Die Kapazität steigt von 25.000 auf 40.000 Wafer pro Monat im zweiten Halbjahr 2027.",
     [point("25.000", 25000, "wafer/month"), point("40.000", 40000, "wafer/month")], ["2027-H2"]),
    ("de", "Die Ausbeute liegt bei rund 81 Prozent, die Lieferzeiten sind von 38 auf 24 Wochen gesunken.",
     [point("81", 81, "%"), point("38", 38, "week"), point("24", 24, "week")], []),
    ("de", "Das Rechenzentrum braucht bis zu 400 Megawatt und nimmt etwa 50.000 H200-GPUs auf, die je 30.000 Dollar kosten.",
     [most("400", 400, "MW"), point("50.000", 50000, "GPU:H200"), point("30.000", 30000, "USD")], []),
    ("de", "Am 9. Juni 2026 unterzeichneten fünf Unternehmen einen Kredit über 900 Mio. Euro mit einer Laufzeit von sieben Jahren.",
     [point("fünf", 5, "company"), point("900 Mio", 900e6, "EUR"), point("sieben", 7, "year")], ["2026-06-09"]),
    ("de", "Das Werk, 20 Kilometer nördlich von Dresden, beschäftigt 2.700 Mitarbeiter und betreibt 12 EUV-Anlagen.",
     [point("20", 20, "km"), point("2.700", 2700, "person"), point("12", 12, "tool:EUV")], []),
    ("de", "Im Geschäftsjahr 2026 lieferte das Unternehmen 1,7 Millionen Einheiten aus, 22,5 Prozent mehr als 2025; der Bund übernimmt mindestens 20 Prozent.",
     [point("1,7 Millionen", 1.7e6, "unit"), point("22,5", 22.5, "%"), least("20", 20, "%")], ["FY2026", "2025"]),
    # Korean
    ("ko", "가온반도체는 2030년까지 용인에 20조 원을 투입해 팹 4기를 건설하고 직원 3천500명을 채용한다고 5월 8일 밝혔다.",
     [point("20조", 20e12, "KRW"), point("4", 4, "fab"), point("3천500", 3500, "person")], ["2030", "--05-08"]),
    ("ko", "월 생산능력은 8만 장에서 14만 장으로 늘어나며, 수율은 65~70% 수준이다.",
     [point("8만", 80000, "wafer/month"), point("14만", 140000, "wafer/month"), span("65~70", 65, 70, "%")], []),
    ("ko", "데이터센터는 최대 300MW의 전력을 사용하고 H200 GPU 2만 장을 설치한다.",
     [most("300", 300, "MW"), point("2만", 20000, "GPU:H200")], []),
    ("ko", "2027년 3분기 매출은 4조2천억 원으로 전년 동기보다 12.5% 증가했다.",
     [point("4조2천억", 4.2e12, "KRW"), point("12.5", 12.5, "%")], ["2027-Q3"]),
    ("ko", "세 개 기업이 참여한 이번 계약은 15억 달러 이상이며 기간은 5년이다.",
     [point("세", 3, "company"), least("15억", 1.5e9, "USD"), point("5", 5, "year")], []),
    ("ko", "공장은 서울에서 약 60km 떨어져 있으며 EUV 장비 16대를 도입했다. 납기는 40주에서 28주로 줄었다.",
     [point("60", 60, "km"), point("16", 16, "tool:EUV"), point("40", 40, "week"), point("28", 28, "week")], []),
    ("ko", "정부 보조금은 최소 1조 5000억 원으로, 총사업비의 30%를 차지한다.",
     [least("1조 5000억", 1.5e12, "KRW"), point("30", 30, "%")], []),
    # Japanese
    ("ja", "東雲セミコンダクターは、2030年度までに北海道の工場に3兆円を投じ、約2,500人を雇用すると5月8日に発表した。",
     [point("3兆", 3e12, "JPY"), point("2,500", 2500, "person")], ["FY2030", "--05-08"]),
    ("ja", "月産能力は現在の4万枚から7万5,000枚に増え、歩留まりは65~70%になる。",
     [point("4万", 40000, "wafer/month"), point("7万5,000", 75000, "wafer/month"), span("65~70", 65, 70, "%")], []),
    ("ja", "データセンターは最大250メガワットの電力を消費し、GPUを1万2,000基設置する。",
     [most("250", 250, "MW"), point("1万2,000", 12000, "GPU")], []),
    ("ja", "2027年第2四半期の売上高は4,800億円で、前年同期比12.5%増だった。",
     [point("4,800億", 480e9, "JPY"), point("12.5", 12.5, "%")], ["2027-Q2"]),
    ("ja", "3社が参加する契約は15億ドル以上で、期間は5年間だ。",
     [point("3", 3, "company"), least("15億", 1.5e9, "USD"), point("5", 5, "year")], []),
    ("ja", "工場は東京から約40キロメートル離れており、EUV露光装置を16台導入した。納期は40週間から28週間に短縮された。",
     [point("40", 40, "km"), point("16", 16, "tool:EUV"), point("40", 40, "week"), point("28", 28, "week")], []),
    ("ja", "政府は総事業費の3割にあたる1,200億円を補助し、2つの工場を建設する。",
     [point("3割", 30, "%"), point("1,200億", 120e9, "JPY"), point("2", 2, "fab")], []),
    # Chinese
    ("zh", "华曜半导体计划到2030年在合肥投资800亿元,建设三座12英寸晶圆厂,新增就业岗位超过5000个。",
     [point("800亿", 80e9, "CNY"), point("三", 3, "fab"), point("12", 12, "in"), least("5000", 5000, "job")], ["2030"]),
    ("zh", "月产能将从6万片提高到10万片,良率约为72%,交货周期由40周缩短至26周。",
     [point("6万", 60000, "wafer/month"), point("10万", 100000, "wafer/month"), point("72", 72, "%"), point("40", 40, "week"), point("26", 26, "week")], []),
    ("zh", "数据中心最高功率达300兆瓦,部署约2万块H200 GPU,单价约3万美元。",
     [most("300", 300, "MW"), point("2万", 20000, "GPU:H200"), point("3万", 30000, "USD")], []),
    ("zh", "2027年第三季度营收为56.8亿美元,同比增长12.5%。",
     [point("56.8亿", 5.68e9, "USD"), point("12.5", 12.5, "%")], ["2027-Q3"]),
    ("zh", "五家公司于2026年5月8日签署协议,金额不低于15亿美元,为期五年。",
     [point("五", 5, "company"), least("15亿", 1.5e9, "USD"), point("五", 5, "year")], ["2026-05-08"]),
    ("zh", "工厂距上海约60公里,拥有员工1.2万人,安装了16台EUV光刻机。",
     [point("60", 60, "km"), point("1.2万", 12000, "person"), point("16", 16, "tool:EUV")], []),
    ("zh", "政府补贴占总投资的百分之三十,约合一百二十亿元,分三年发放。",
     [point("三十", 30, "%"), point("一百二十亿", 12e9, "CNY"), point("三", 3, "year")], []),
    ("zh", "力晶電子宣布投資新台幣1,200億元,在台南興建兩座封裝廠,月產能可達4萬片。",
     [point("1,200億", 120e9, "TWD"), point("兩", 2, "packaging_plant"), point("4萬", 40000, "wafer/month")], []),
]  # fmt: skip
