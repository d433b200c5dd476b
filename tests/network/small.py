"""A small sound network as text, which the tests damage in one place at a time."""

# ruff: noqa: E501

SMALL = """\
waferway: 1
setting: {currency: USD, price_year: 2025, start: 2025Q1, until: 2028Q4, compute_basis: H100e}
party:
  foundry: {kind: foundry, country: TW, lat: 24.8, lon: 121.0}
  memory: {kind: memory, country: KR}
  designer: {kind: designer, country: US}
item:
  die: {kind: die, unit: die}
  stack: {kind: stack, unit: stack}
  chip: {kind: package, unit: package}
weight:
- {basis: H100e, item: chip, weight: 2.5}
technology:
  logic: {capacity_unit: wafer/month, family: logic}
  hbm: {capacity_unit: stack/month, family: stacking}
  cowos: {capacity_unit: package/month, family: packaging}
site:
  hsinchu: {party: foundry, country: TW, lat: 24.8, lon: 121.0}
  icheon: {party: memory, country: KR}
line:
  fab: {site: hsinchu, technology: logic, party: foundry, capacity: {2025Q1: 3k, 2026Q1: 4k}}
  tsv: {site: icheon, technology: hbm, party: memory, capacity: 900k}
  pack: {site: hsinchu, technology: cowos, party: foundry, capacity: 80-100k}
recipe:
  make-die: {technology: logic, cycle_days: 110}
  make-stack: {technology: hbm, cycle_days: 60}
  assemble: {technology: cowos, cycle_days: 30, party: designer}
recipe_item:
- {recipe: make-die, role: out, item: die, quantity_per_start: 60, good_fraction: 70 %}
- {recipe: make-stack, role: out, item: stack, quantity_per_start: 1, good_fraction: 95 %}
- {recipe: assemble, role: in, item: die, quantity_per_start: 2}
- {recipe: assemble, role: in, item: stack, quantity_per_start: 8}
- {recipe: assemble, role: out, item: chip, quantity_per_start: 1}
module:
  fab+2k: {line: fab, size: 2k, total: 2, capex_usd: $2bn, lead_days: 24 months, earliest: 2025Q1}
lane:
- {from_place: any, to_place: any, what: any, days: 3}
commitment:
  booked: {customer: designer, supplier: foundry, line: fab, quantity: 1k, force: booking}
qualification:
- {line: tsv, item: stack, customer: designer, from_date: 2025Q2}
demand:
  compute: {basis: H100e, quantity: {2025Q1: 100k, 2027Q1: 200k}, value_usd: 15000}
fund:
  round: {party: foundry, amount_usd: $8-10bn, purpose: modules}
limit:
  power: {measure: capacity, select: country=TW; technology=logic, sense: <=, bound: 9k}
scenario:
  late: {description: memory comes late}
change:
- {scenario: late, order: 1, table: line, key: tsv, column: capacity, operation: multiply, value: 0.9}
branch:
  high: {probability: 0.4}
  low: {probability: 0.6}
profile:
- {table: demand, key: compute, column: quantity, period: 2027Q1, branch: high, value: 300k}
cite:
- {table: line, key: fab, column: capacity, period: 2026Q1, claim_id: c-1}
claims:
- {claim_id: c-1, subject: "line:fab", metric: capacity, kind: count, form: point, value: 4000, unit: wafer/month, modality: estimate, grade: C, method: hand, source_id: s-1}
sources:
- {source_id: s-1, publisher: Example, title: A table}
"""
