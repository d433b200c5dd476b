# ruff: noqa: E501 - one paragraph a line
"""Invented company reports, wire news, ministry releases and earnings calls, with what they claim.

Each entry: language, text, quantities as (words of the number, low, value, high, unit), dates.
All firms and figures are invented; nothing here is a fact. The paragraphs were written after the
rules, as a second hold-out in another style than `invented.py`.
"""

from tests.evidence.extract.invented import least, most, point, span

REPORTS = [
    # English: earnings call, wire, ministry
    (
        "en",
        "Turning to guidance, we expect second-quarter revenue of $6.2 billion, plus or minus $150 million, and a gross margin of 57.5%. Capital expenditure for the full year will land between $9.0 and $9.6 billion, of which roughly 70% goes to advanced packaging. Inventory stood at 84 days.",
        [
            point("6.2 billion", 6.2e9, "USD"),
            point("150 million", 150e6, "USD"),
            point("57.5", 57.5, "%"),
            span("9.0 and $9.6 billion", 9e9, 9.6e9, "USD"),
            point("70", 70, "%"),
            point("84", 84, "day"),
        ],
        [],
    ),
    (
        "en",
        "TULSA, March 4 (Wire) - Chipmaker Halvorsen on Tuesday broke ground on a $7.75 bln memory plant that will employ 2,300 people and start volume output in late 2028. The county granted a 12-year tax holiday worth an estimated $410 mln.",
        [
            point("7.75 bln", 7.75e9, "USD"),
            point("2,300", 2300, "person"),
            point("12", 12, "year"),
            point("410 mln", 410e6, "USD"),
        ],
        ["--03-04", "2028"],
    ),
    (
        "en",
        "The Department today awarded up to $325 million in direct funding to Castellan Wafer, covering no more than 15% of project costs. The award supports four cleanrooms totalling 28,000 square metres and the creation of 1,050 construction jobs by December 31, 2027.",
        [
            most("325 million", 325e6, "USD"),
            most("15", 15, "%"),
            point("four", 4, "cleanroom"),
            point("28,000", 28000, "m2"),
            point("1,050", 1050, "job"),
        ],
        ["2027-12-31"],
    ),
    # Spanish
    (
        "es",
        "Durante la conferencia de resultados, la directora financiera cifró la inversión de 2026 en 1.150 millones de euros, un 22 % más que el año anterior, y situó el margen bruto en el 48,3 %. La cartera de pedidos supera los 6.000 millones de euros.",
        [
            point("1.150 millones", 1.15e9, "EUR"),
            point("22", 22, "%"),
            point("48,3", 48.3, "%"),
            least("6.000 millones", 6e9, "EUR"),
        ],
        ["2026"],
    ),
    (
        "es",
        "El Ministerio de Industria concedió el 9 de julio de 2025 una ayuda de 85 millones de euros a Vidrial para una línea de sustratos de vidrio que ocupará 12.500 metros cuadrados y contratará a 340 personas antes de que termine 2027.",
        [
            point("85 millones", 85e6, "EUR"),
            point("12.500", 12500, "m2"),
            point("340", 340, "person"),
        ],
        ["2025-07-09", "2027-12-31"],
    ),
    (
        "es",
        "Según fuentes del sector, Montesol Chips negocia la compra de 18.000 aceleradores H200 por unos 620 millones de dólares, con entregas en un plazo de 9 a 12 meses y un consumo previsto de 28 MW.",
        [
            point("18.000", 18000, "GPU:H200"),
            point("620 millones", 620e6, "USD"),
            span("9 a 12", 9, 12, "month"),
            point("28", 28, "MW"),
        ],
        [],
    ),
    # Italian
    (
        "it",
        "Nel terzo trimestre del 2025 i ricavi di Valdora Semiconduttori sono saliti del 14,2% a 1,87 miliardi di euro; l'utile netto è stato di 212 milioni. Per l'intero esercizio il gruppo conferma investimenti compresi tra 750 e 800 milioni di euro.",
        [
            point("14,2", 14.2, "%"),
            point("1,87 miliardi", 1.87e9, "EUR"),
            point("212 milioni", 212e6, "EUR"),
            span("750 e 800 milioni", 750e6, 800e6, "EUR"),
        ],
        ["2025-Q3"],
    ),
    (
        "it",
        "Il ministero ha firmato il 18 novembre 2025 un contratto di sviluppo da 293 milioni di euro per lo stabilimento di Catanzaro, che produrrà fino a 8.000 wafer al mese e darà lavoro a circa 700 persone.",
        [
            point("293 milioni", 293e6, "EUR"),
            most("8.000", 8000, "wafer/month"),
            point("700", 700, "person"),
        ],
        ["2025-11-18"],
    ),
    (
        "it",
        "Il nuovo centro dati, su 35 ettari, avrà una potenza iniziale di 90 MW e, a regime, di 240 MW; ospiterà 22.000 GPU B200 e richiederà un investimento di oltre due miliardi di dollari in sei anni.",
        [
            point("35", 35, "ha"),
            point("90", 90, "MW"),
            point("240", 240, "MW"),
            point("22.000", 22000, "GPU:B200"),
            least("due miliardi", 2e9, "USD"),
            point("sei", 6, "year"),
        ],
        [],
    ),
    # French
    (
        "fr",
        "Au premier semestre 2026, Lumérys a réalisé un chiffre d'affaires de 3,4 milliards d'euros, en hausse de 9 %, et dégagé une marge opérationnelle de 21,5 %. Le carnet de commandes atteint 5,1 milliards d'euros et l'effectif 14 800 salariés.",
        [
            point("3,4 milliards", 3.4e9, "EUR"),
            point("9", 9, "%"),
            point("21,5", 21.5, "%"),
            point("5,1 milliards", 5.1e9, "EUR"),
            point("14 800", 14800, "person"),
        ],
        ["2026-H1"],
    ),
    (
        "fr",
        "Le gouvernement a annoncé le 3 décembre 2025 une aide d'un montant maximal de 640 millions d'euros à l'extension de l'usine, laquelle doit porter sa capacité de 25 000 à 40 000 plaquettes par mois d'ici fin 2029.",
        [
            most("640 millions", 640e6, "EUR"),
            point("25 000", 25000, "wafer/month"),
            point("40 000", 40000, "wafer/month"),
        ],
        ["2025-12-03", "2029-12-31"],
    ),
    (
        "fr",
        "Selon deux sources, le groupe étudierait l'achat de douze scanners EUV pour près de 2,2 milliards d'euros, soit environ 180 millions pièce, avec une première livraison au printemps 2027 et un délai moyen de 18 mois.",
        [
            point("douze", 12, "tool:EUV"),
            point("2,2 milliards", 2.2e9, "EUR"),
            point("180 millions", 180e6, "EUR"),
            point("18", 18, "month"),
        ],
        ["2027"],
    ),
    # German
    (
        "de",
        "Im abgelaufenen Geschäftsjahr 2025 stieg der Umsatz der Rheintal Halbleiter AG um 11,8 Prozent auf 2,96 Milliarden Euro, das operative Ergebnis erreichte 418 Millionen Euro. Der Vorstand schlägt eine Dividende von 1,35 Euro je Aktie vor.",
        [
            point("11,8", 11.8, "%"),
            point("2,96 Milliarden", 2.96e9, "EUR"),
            point("418 Millionen", 418e6, "EUR"),
            point("1,35", 1.35, "EUR/share"),
        ],
        ["FY2025"],
    ),
    (
        "de",
        "Das Ministerium übergab am 12. Februar 2026 einen Förderbescheid über 920 Mio. Euro. Damit entstehen in Jena drei Reinräume mit zusammen 17.500 Quadratmetern; bis zu 1.100 Beschäftigte sollen dort ab Mitte 2029 arbeiten.",
        [
            point("920 Mio.", 920e6, "EUR"),
            point("drei", 3, "cleanroom"),
            point("17.500", 17500, "m2"),
            most("1.100", 1100, "person"),
        ],
        ["2026-02-12", "2029"],
    ),
    (
        "de",
        "Nach Angaben von Branchenkennern kostet ein Wafer der neuen Generation gut 23.000 US-Dollar, knapp ein Viertel mehr als bisher; die Lieferzeiten liegen bei 20 bis 24 Wochen, die Auslastung bei 93 Prozent.",
        [
            point("23.000", 23000, "USD"),
            point("ein Viertel", 0.25, "1"),
            span("20 bis 24", 20, 24, "week"),
            point("93", 93, "%"),
        ],
        [],
    ),
    # Korean
    (
        "ko",
        "누리반도체는 3분기 매출이 4조 2,300억 원으로 전년 동기보다 17.4% 늘었다고 10월 24일 공시했다. 영업이익률은 31%였고 연간 설비투자는 5조 원에서 5조 5천억 원 사이가 될 전망이다.",
        [
            point("4조 2,300억", 4.23e12, "KRW"),
            point("17.4", 17.4, "%"),
            point("31", 31, "%"),
            span("5조 원에서 5조 5천억", 5e12, 5.5e12, "KRW"),
        ],
        ["--10-24"],
    ),
    (
        "ko",
        "산업부는 2026년 1월 15일 용수 공급에 1,700억 원을 지원하고, 2029년까지 반도체 인력 3만 명을 양성하겠다고 밝혔다. 새 공장 2곳은 하루 최대 25만 톤의 물을 쓴다.",
        [
            point("1,700억", 1.7e11, "KRW"),
            point("3만", 30000, "person"),
            point("2", 2, "fab"),
            most("25만", 250000, "t/day"),
        ],
        ["2026-01-15", "2029"],
    ),
    (
        "ko",
        "업계에 따르면 해솔데이터는 H200 GPU 1만2천 개를 약 4억 달러에 계약했으며, 데이터센터 전력은 60MW에서 150MW로 늘어난다. 납기는 30주 이상이다.",
        [
            point("1만2천", 12000, "GPU:H200"),
            point("4억", 4e8, "USD"),
            point("60", 60, "MW"),
            point("150", 150, "MW"),
            least("30", 30, "week"),
        ],
        [],
    ),
    # Japanese
    (
        "ja",
        "東雲セミコンは10月30日、2026年3月期の売上高が前期比12.6%増の8,450億円になる見通しだと発表した。営業利益は1,210億円、設備投資は2,000億〜2,300億円を計画する。",
        [
            point("12.6", 12.6, "%"),
            point("8,450億", 8.45e11, "JPY"),
            point("1,210億", 1.21e11, "JPY"),
            span("2,000億〜2,300億", 2e11, 2.3e11, "JPY"),
        ],
        ["--10-30", "FY2026"],
    ),
    (
        "ja",
        "経済産業省は2025年12月5日、白嶺電子の新工場に最大1,050億円を助成すると決めた。敷地は約24ヘクタールで、2028年度中に月産2万枚の体制を整え、1,300人を雇用する。",
        [
            most("1,050億", 1.05e11, "JPY"),
            point("24", 24, "ha"),
            point("2万", 20000, "wafer/month"),
            point("1,300", 1300, "person"),
        ],
        ["2025-12-05", "FY2028"],
    ),
    (
        "ja",
        "関係者によると、同社はB200を1万6千基、約900億円で購入し、消費電力は45メガワットに達する。納期は従来の52週から28週に短縮された。",
        [
            point("1万6千", 16000, "GPU:B200"),
            point("900億", 9e10, "JPY"),
            point("45", 45, "MW"),
            point("52", 52, "week"),
            point("28", 28, "week"),
        ],
        [],
    ),
    # Chinese
    (
        "zh",
        "云岭微电子10月28日公布，第三季度营收为人民币86.4亿元，同比增长19.7%，毛利率为38.2%。公司预计全年资本支出在210亿元至230亿元之间。",
        [
            point("86.4亿", 8.64e9, "CNY"),
            point("19.7", 19.7, "%"),
            point("38.2", 38.2, "%"),
            span("210亿元至230亿", 21e9, 23e9, "CNY"),
        ],
        ["--10-28"],
    ),
    (
        "zh",
        "发改委于2025年11月20日批复海澜存储二期项目，总投资480亿元，占地约36公顷，达产后月产能为8万片，将新增就业岗位4500个。",
        [
            point("480亿", 48e9, "CNY"),
            point("36", 36, "ha"),
            point("8万", 80000, "wafer/month"),
            point("4500", 4500, "job"),
        ],
        ["2025-11-20"],
    ),
    (
        "zh",
        "知情人士称，该公司以约12亿美元采购2.4万块H200芯片，数据中心功率最高可达180兆瓦，交货周期由40周缩短至26周。",
        [
            point("12亿", 1.2e9, "USD"),
            point("2.4万", 24000, "GPU:H200"),
            most("180", 180, "MW"),
            point("40", 40, "week"),
            point("26", 26, "week"),
        ],
        [],
    ),
]
