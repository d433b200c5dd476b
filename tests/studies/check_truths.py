"""Texts in eight languages whose figures are right in the world, whether the record has them or not.

Written to tempt a rule into a wrong verdict: loans beside grants, a system beside its units, one
analyst beside another, a part beside the whole, another deal of the same two firms. Only
"supported" and "not_checkable" are allowed.
"""
# ruff: noqa: E501 - texts stand as they are read

TRUE_OR_UNKNOWN = [
    (
        "en",
        "2024-02-25",
        "TSMC reported revenue of $69.3 billion in 2023. NVIDIA's data centre revenue was $47.5 billion in fiscal 2024. NVIDIA's total revenue was $60.9 billion in fiscal 2024. Samsung's capital expenditure came to 53 trillion won in 2023.",
    ),
    (
        "en",
        "2024-04-01",
        "Intel is to receive $8.5 billion in grants and $11 billion in loans under the CHIPS Act. With CHIPS Act support Intel will invest $100 billion in the United States. Intel may receive up to $19.5 billion in grants and loans.",
    ),
    (
        "en",
        "2025-04-01",
        "SoftBank will invest up to $40 billion in OpenAI. TSMC's capital expenditure was $29.8 billion in 2024 and will be $38 billion to $42 billion in 2025. Microsoft and OpenAI plan a $100 billion supercomputer called Stargate.",
    ),
    ("en", "2024-03-29", "Microsoft and OpenAI plan a $100 billion supercomputer called Stargate."),
    (
        "en",
        "2025-07-01",
        "An HGX H100 system with eight GPUs has 640 GB of memory. The DGX H200 holds 1,128 GB. A rack of H100 servers with 2 TB. The H100 delivers 4 petaflops of FP8. The H100 sells for $25,000 to $40,000. The B200 has 186 GB.",
    ),
    (
        "en",
        "2024-06-20",
        "Micron plans to invest $100 billion in New York over 20 years. Intel will spend $20 billion on two leading-edge fabs in Ohio. Samsung will invest 300 trillion won in Yongin by 2042. TSMC and its partners will invest more than $20 billion in two fabs in Kumamoto.",
    ),
    (
        "en",
        "2024-02-01",
        "SK hynix had a 49% share of the HBM market in 2023 and Samsung 46%, another consultancy says. Taiwan produces 92% of the most advanced chips. Taiwan makes 60% of the world's semiconductors. China's share of world chip capacity was 30% in 2022. Lead times in Japan are 52 weeks.",
    ),
    (
        "en",
        "2024-02-01",
        "Only two companies make leading-edge chips at 3 nm. The Korean cluster will have 37 fabs by 2047, of which 16 new fabs. By 2027 three new fabs and two research fabs will be completed in the Korean cluster. Korea's government will provide 24 trillion won of finance.",
    ),
    (
        "en",
        "2025-11-01",
        "OpenAI and Oracle agreed on 4.5 GW. OpenAI signed a $38 billion contract with Amazon. OpenAI committed to $250 billion of Microsoft Azure services. OpenAI's revenue reached $13 billion in 2025. OpenAI's goal is 250 GW by 2033. Broadcom booked a $10 billion order.",
    ),
    (
        "es",
        "2024-07-01",
        "Samsung invertirá 44.000 millones de dólares en Texas. La producción mundial de HBM costó 16.900 millones de dólares en 2024. Micron invertirá 15.000 millones en Idaho. SK Hynix tiene 32.000 empleados. TSMC fabricó 16 millones de obleas en 2023. El H100 cuesta 30.000 dólares por unidad.",
    ),
    (
        "it",
        "2025-02-01",
        "Nel 2024 Nvidia ha venduto oltre 3 milioni di GPU H100. Microsoft ha acquistato 485.000 GPU Hopper nel 2024. STMicroelectronics investirà 5 miliardi di euro a Catania. Il progetto Stargate partirà con 100 miliardi di dollari. TSMC ha una quota del 64% nel mercato delle fonderie.",
    ),
    (
        "fr",
        "2025-03-05",
        "TSMC ajoute 100 milliards de dollars à ses investissements aux États-Unis, pour un total de 165 milliards en Arizona, avec trois nouvelles usines, deux sites d'encapsulation et un centre de recherche. Le H20 a 96 Go de mémoire, le H100 en a 80 Go. La part de Samsung sur le marché DRAM était de 41 % en 2024.",
    ),
    (
        "de",
        "2024-08-21",
        "In Dresden baut TSMC mit Bosch, Infineon und NXP eine Fabrik für mehr als zehn Milliarden Euro; der Bund zahlt davon fünf Milliarden Euro. Die Fabrik soll 40.000 Wafer im Monat fertigen und 2.000 Stellen schaffen. Intel wollte in Magdeburg 30 Milliarden Euro investieren und zehn Milliarden Euro Beihilfe erhalten. TSMC hält 70 Prozent an ESMC.",
    ),
    (
        "ko",
        "2024-05-10",
        "SK하이닉스는 청주 M15X에 20조 원을 투자한다. 삼성전자의 1분기 매출은 71조 9200억 원이었다. SK하이닉스는 미국 인디애나주에 38억7천만 달러를 투자한다. 정부는 26조 원 규모의 반도체 지원책을 발표했다. 삼성전자의 HBM 점유율은 42.4%였다. 용인 클러스터에는 2042년까지 300조 원이 투입된다.",
    ),
    (
        "ja",
        "2024-02-24",
        "JASMの第1工場は投資額が86億ドル、第2工場を含めると200億ドルを超える。政府補助は第1工場が4760億円、第2工場が7320億円だ。月産能力は2工場合わせて10万枚以上。ラピダスは北海道千歳市に5兆円を投じる。ラピダスへの支援は累計3300億円だった。キオクシアの売上高は1兆766億円だった。",
    ),
    (
        "zh",
        "2025-01-22",
        "OpenAI、软银与甲骨文宣布星际之门计划，四年投资5000亿美元，首期1000亿美元。台积电2024年资本支出为297.6亿美元。SK海力士2024年营收66万亿韩元。英伟达GB200 NVL72机柜功率为120千瓦，售价约300万美元。DGX H100服务器配备640GB显存。中国大陆占全球芯片产能的30%。",
    ),
    (
        "en",
        "2025-03-01",
        "Almost all NVIDIA chips are made in Taiwan. Almost all of Taiwan's chips are exported. South Korea trails behind the United States and Japan in chip manufacturing equipment. Sam Altman met Chey Tae-won of SK Group in Seoul on 4 February 2025. The H200 was the last accelerator before HBM4.",
    ),
    (
        "en",
        "2024-06-01",
        "Rainier raised $500 million from several investors to design AI chips instead of building fabs. Samsung will spend $5 billion to expand several existing fabs for AI chips. SK hynix will spend $3.87 billion on a packaging plant for AI chips in Indiana.",
    ),
    (
        "de",
        "2025-05-01",
        "Fast alle Chips von Apple werden in Taiwan hergestellt. Südkorea liegt bei Anlagen für die Chipproduktion hinter den USA und Japan. Mit zwei Milliarden Euro sollen mehrere bestehende Fabriken für KI-Chips erweitert werden.",
    ),
    (
        "zh",
        "2025-05-01",
        "英伟达的芯片几乎全部由台积电在台湾制造。韩国在芯片制造设备上落后于美国和日本。奥特曼2025年2月4日会见了崔泰源。",
    ),
    (
        "ko",
        "2025-05-01",
        "애플의 칩은 거의 전량 대만에서 생산된다. 샘 올트먼은 2025년 2월 4일 최태원 회장을 만났다.",
    ),
]
