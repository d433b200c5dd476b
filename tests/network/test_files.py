"""Folders: every fault of every file at once, with line and column of the cell."""

# ruff: noqa: E501

import pickle
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.network.small import SMALL
from waferway.errors import InputError
from waferway.network.checking import check_path
from waferway.network.network import Network
from waferway.network.reading import read
from waferway.network.writing import write

HEAD = "waferway: 1\nsetting: {currency: USD, price_year: nominal}\n"
PARTY = "name,kind,country,label\nfoundry,foundry,TW,\nmemory,memory,KR,\n"


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def put(**files: str | bytes) -> None:
    Path("net").mkdir()
    for name, text in {"network.yaml": HEAD, "party.csv": PARTY, **files}.items():
        data = text if isinstance(text, bytes) else text.encode()
        Path("net", name).write_bytes(data)


def error(**files: str | bytes) -> str:
    put(**files)
    before = sorted(path.name for path in Path("net").iterdir())
    with pytest.raises(InputError) as caught:
        read("net")
    assert sorted(path.name for path in Path("net").iterdir()) == before
    assert [path.name for path in Path().iterdir()] == ["net"]
    return str(caught.value) + "\n"


def test_a_sound_folder():
    put(**{"site.csv": "name,party,country\nhsinchu,foundry,TW\n"})
    assert read("net").table("site").loc["hsinchu", "country"] == "TW"
    assert check_path("net") == []


def test_number_with_its_column():
    assert error(
        **{"fund.csv": 'name,purpose,amount_usd\nround,"fabs, ""and"" more",lots\n'}
    ) == snapshot("""\
net/fund.csv:2:28  fund "round": amount_usd is "lots", which is not a quantity
                   a number, an optional scale and a unit
                   write a number of USD
1 fault; nothing was read.
""")


def test_number_below_a_cell_of_two_lines():
    assert error(
        **{"fund.csv": 'name,purpose,amount_usd\na,"one\ntwo",5\nround,"fabs\nand more",lots\n'}
    ) == snapshot("""\
net/fund.csv:5:11  fund "round": amount_usd is "lots", which is not a quantity
                   a number, an optional scale and a unit
                   write a number of USD
1 fault; nothing was read.
""")


def test_heading():
    assert error(**{"site.csv": "name,party,contry\nhsinchu,foundry,TW\n"}) == snapshot("""\
net/site.csv:1:12  site.contry is not a column of site
                   site has: name, label, party, country, lat, lon, power_mw,
                     water_m3, opening_usd, opening_days
                   did you mean country?
1 fault; nothing was read.
""")


def test_doubled_column():
    assert error(
        **{"site.csv": "name,party,country,party\nhsinchu,foundry,TW,memory\n"}
    ) == snapshot("""\
net/site.csv:1:20  column party is given twice
                   keep one of them
1 fault; nothing was read.
""")


def test_ragged_rows():
    assert error(
        **{"site.csv": "name,party,country\nhsinchu,foundry\nicheon,memory,KR,1,000\n"}
    ) == snapshot("""\
net/site.csv:2:1  the row has 2 cells, the heading has 3
                  write a comma for each empty cell
net/site.csv:3:1  the row has 5 cells, the heading has 3
                  put a cell that contains a comma in double quotes
2 faults; nothing was read.
""")


def test_open_quote():
    assert error(**{"site.csv": 'name,party,country\n"hsinchu,foundry,TW\n'}) == snapshot("""\
net/site.csv:2:1  not CSV: unexpected end of data
                  write a quote inside a quoted cell twice
1 fault; nothing was read.
""")


def test_empty_file():
    assert error(**{"scenario.csv": ""}) == snapshot("""\
net/scenario.csv:1:1  the file has no heading
                      columns of scenario: name, probability, description, parent
1 fault; nothing was read.
""")


def test_not_utf8():
    assert error(
        **{"site.csv": b"name,party,country,label\nhsinchu,foundry,TW,Hsinch\xfc\n"}
    ) == snapshot("""\
net/site.csv:2:26  byte 0xfc is not UTF-8
                   save the file as UTF-8
1 fault; nothing was read.
""")


def test_file_of_no_table():
    assert error(
        **{
            "sites.csv": "name,party,country\nhsinchu,foundry,TW\n",
            "line.csv": "name,site,technology,party\nfab,hsinchu,n5,foundry\n",
        }
    ) == snapshot("""\
net/line.csv:2:13  line "fab": technology is "n5", which is no technology
                   there is no technology yet
net/sites.csv  "sites" is no table of a network
               tables are: party, stake, item, weight, technology, recipe,
                 recipe_item, recipe_use, site, line, line_recipe, module,
                 stock, lane, offer, offer_step, commitment, qualification,
                 right, demand, fund, incentive, limit, scenario, change,
                 branch, outturn, profile, cite
               did you mean site?
2 faults; nothing was read.
""")


def test_no_network_yaml():
    put()
    Path("net/network.yaml").unlink()
    with pytest.raises(InputError) as caught:
        read("net")
    assert str(caught.value) + "\n" == snapshot("""\
net  network.yaml is missing
     it holds the schema version and the settings
     write network.yaml with the line: waferway: 1
1 fault; nothing was read.
""")


def test_no_such_folder():
    put()
    with pytest.raises(InputError) as caught:
        read("nett")
    assert str(caught.value) + "\n" == snapshot("""\
nett  there is no such file or folder
      did you mean net?
1 fault; nothing was read.
""")


def test_row_doubled_over_two_files():
    assert error(**{"party.yaml": "memory: {kind: memory}\n"}) == snapshot("""\
net/party.yaml:1:1  party "memory": the row is given twice
                    rows of party are named by name; the first is at net/party.csv:3:1
                    keep one of the two
1 fault; nothing was read.
""")


def test_yaml_table_with_a_version():
    put(
        **{
            "fund.yaml": "waferway: 1\nfund:\n  round: {party: foundry, amount_usd: $8bn, purpose: fabs}\n"
        }
    )
    assert read("net").table("fund").loc["round", "amount_usd"] == 8e9


def test_evidence():
    head = "claim_id,subject,metric,kind,form,value,unit,modality,grade,method,source_id\n"
    row = "c-1,line:fab,capacity,count,point,4000,wafer/month,estimate,Z,hand,s-1\n"
    assert error(
        **{
            "claim-a.csv": head + row,
            "source.csv": "source_id,publisher,titel\ns-1,Example,A table\n",
        }
    ) == snapshot("""\
net/claim-a.csv:2  grade: Input should be 'A', 'B', 'C' or 'D'
                   in c-1
net/source.csv:1  titel is not a column of source
                  did you mean title?
net/source.csv:2  title: Field required
                  in s-1
3 faults; nothing was read.
""")


def test_bytes_that_spreadsheets_add():
    put(**{"site.csv": b"\xef\xbb\xbfname,party,country\r\nhsinchu,foundry,TW\r\n"})
    assert read("net").table("site").loc["hsinchu", "country"] == "TW"


def test_all_at_once():
    """Faults of ten kinds in six files are raised together, in the order of the files."""
    found = error(
        **{
            "network.yaml": "waferway: 1\nsetting: {curency: USD, price_year: nominal, until: never}\n",
            "party.csv": "name,kind,country,lat\nfoundry,foundre,TW,\nmemory,memory,XX,95\n",
            "site.csv": "name,party,country\nhsinchu,foundri,TW\nhsinchu,foundry,TW\n",
            "fund.yaml": "round: {party: memory, amount_usd: 5 wafers, porpose: fabs}\n",
            "item.csv": "name,unit,kind\ndie,dei,die\n",
            "notes.csv": "a,b\n1,2\n",
        }
    )
    assert found == snapshot("""\
net/fund.yaml:1:36  fund "round": amount_usd is "5 wafers": wafers does not mix with USD
                    wafers is wafer; USD is USD
                    write a number of USD
net/fund.yaml:1:46  fund.porpose is not a column of fund
                    fund has: name, party, amount_usd, purpose, cost_of_capital, from_date, to_date
                    did you mean purpose?
net/item.csv:2:5  item "die": unit: "dei" is not a unit (in "dei")
                  units are counted nouns, currencies and physical units, joined by * and /
                  did you mean die?
net/network.yaml:2:11  "curency" is no setting
                       settings are: title, currency, price_year, base_date,
                         discount_rate, start, until, now, past, step,
                         warmup_months, tail_months, stock_cover_months,
                         cash_floor_usd, emergency_cash_cost, compute_basis
                       did you mean currency?
net/network.yaml:2:53  setting until is "never", which is no date
                       a day or a period: 2024-03-31, 2024Q1, 2024-03, 2024
net/notes.csv  "notes" is no table of a network
               tables are: party, stake, item, weight, technology, recipe,
                 recipe_item, recipe_use, site, line, line_recipe, module,
                 stock, lane, offer, offer_step, commitment, qualification,
                 right, demand, fund, incentive, limit, scenario, change,
                 branch, outturn, profile, cite
net/party.csv:2:9  party "foundry": kind is "foundre"
                   choices: lab, designer, foundry, memory, packager, cloud,
                     investor, state, market, other
                   did you mean foundry?
net/party.csv:3:15  party "memory": country is "XX", which is no country code
                    write a code of ISO 3166, for example TW, KR, US
net/party.csv:3:18  party "memory": lat is 95
                    it lies between -90 and 90
net/party.csv:3:18  party "memory": lon is missing
                    a place on the map needs both
                    give lat and lon
net/site.csv:2:9  site "hsinchu": party is "foundri", which is no party
                  did you mean foundry?
net/site.csv:3:1  site "hsinchu": the row is given twice
                  rows of site are named by name; the first is at net/site.csv:2:1
                  keep one of the two
12 faults; nothing was read.
""")


def test_in_code():
    with pytest.raises(InputError) as caught:
        Network.build(
            {
                "party": [{"name": "acme", "kind": "lab"}, {"name": "acme", "kind": "lap"}],
                "fund": {"round": {"party": "acne", "amount_usd": "5 wafers", "purpose": "x"}},
                "site": [{"name": "a", "party": "acme", "country": "TW", "power_mw": True}],
                "lines": [],
            },
            {"untill": "2030"},
        )
    assert str(caught.value) + "\n" == snapshot("""\
<in memory>:fund[0].amount_usd  fund "round": amount_usd is "5 wafers": wafers does not mix with USD
                                wafers is wafer; USD is USD
                                write a number of USD
<in memory>:fund[0].party  fund "round": party is "acne", which is no party
                           did you mean acme?
<in memory>:lines  "lines" is no table of a network
                   tables are: party, stake, item, weight, technology, recipe,
                     recipe_item, recipe_use, site, line, line_recipe, module,
                     stock, lane, offer, offer_step, commitment, qualification,
                     right, demand, fund, incentive, limit, scenario, change,
                     branch, outturn, profile, cite
                   did you mean line?
<in memory>:party[1].kind  party "acme": kind is "lap"
                           choices: lab, designer, foundry, memory, packager,
                             cloud, investor, state, market, other
                           did you mean lab?
<in memory>:party[1].name  party "acme": the row is given twice
                           rows of party are named by name; the first is at <in memory>:party[0]
                           keep one of the two
<in memory>:settings.untill  "untill" is no setting
                             settings are: title, currency, price_year,
                               base_date, discount_rate, start, until, now,
                               past, step, warmup_months, tail_months,
                               stock_cover_months, cash_floor_usd,
                               emergency_cash_cost, compute_basis
                             did you mean until?
<in memory>:site[0].power_mw  site "a": power_mw is true, not a number
7 faults; nothing was built.
""")


def test_places_of_values():
    Path("net.yaml").write_text(SMALL)
    one = read("net.yaml")
    assert str(one.place("line", "tsv", "capacity")) == "net.yaml:22:65"
    assert str(one.place("profile", "line/fab/capacity/2026Q1//", "value")) == "net.yaml:21:69"
    assert str(one.place("line", "nowhere", "capacity")) == '<in memory>:line["nowhere"].capacity'
    write(one, "folder")
    many = read("folder")
    assert str(many.place("line", "tsv", "capacity")) == "folder/line.csv:3:23"
    assert ("line", "tsv", "capacity") in set(many.places)
    assert len(many.places) == len(list(many.places))


def test_the_heading_of_a_folder_stands_for_the_folder():
    put(**{"site.csv": "name,party,country\nhsinchu,foundry,TW\n"})
    assert read("net/network.yaml") == read("net")
    with pytest.raises(InputError) as caught:
        read("net/site.csv")
    assert str(caught.value) + "\n" == snapshot("""\
net/site.csv  neither a folder nor a YAML file nor an .xlsx workbook
              a table belongs in a folder beside network.yaml: net
1 fault; nothing was read.
""")


def test_networks_travel_to_workers():
    Path("net.yaml").write_text(SMALL)
    one = read("net.yaml")
    other = pickle.loads(pickle.dumps(one))
    assert other == one
    assert other.place("line", "tsv", "capacity") == one.place("line", "tsv", "capacity")
