"""Reference values for tests/stats/recording/test_bisg.py: surgeo's own results, with the rows it used.

Run from the checkout, with surgeo 1.1.2 installed:
    python tests/reference/surgeo_bisg.py > tests/reference/surgeo_bisg.csv
(Its ZIP code model; its tract model multiplies by P(group | tract) instead of P(tract | group) and is no reference.)
"""

import sys

import pandas as pd
import surgeo

NAMES = ["GARCIA", "Smith", "WASHINGTON", "NGUYEN", "BEGAY", "O'Brien", "DELACRUZ", "LEE", "Rodriguez", "HERNANDEZ"]
ZIPS = ["78702", "78702", "30310", "95122", "86515", "02127", "33125", "11355", "59715", "04730"]
GROUPS = ["white", "black", "api", "native", "multiple", "hispanic"]

model = surgeo.SurgeoModel()
names, zips = pd.Series(NAMES), pd.Series(ZIPS)
parts = {
    "result": model.get_probabilities(names, zips),
    "surname": model._get_surname_probs(names),
    "area": model._get_geocode_probs(zips),
}
header = ",".join(f"{part}_{group}" for part in parts for group in GROUPS)
sys.stdout.write(f"# surgeo 1.1.2, pandas {pd.__version__}\nname,zip,{header}")
for i in range(len(NAMES)):
    values = [repr(float(part[group].iloc[i])) for part in parts.values() for group in GROUPS]
    sys.stdout.write("\n" + ",".join([NAMES[i], ZIPS[i], *values]))
sys.stdout.write("\n")
