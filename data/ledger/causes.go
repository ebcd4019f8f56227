package ledger

// Activity is what becomes of things and money at an account: what economists count.
type Activity string

// The activities. Of an account that is not named below nobody knows.
const (
	Mined     Activity = "mined"     // dug out of belts and planets
	Made      Activity = "made"      // in factories and refineries, by players and corporations
	Looted    Activity = "looted"    // that nobody had before
	Used      Activity = "used"      // by factories, refineries, guns and the corporations' customers
	Destroyed Activity = "destroyed" // with ships and wrecks
	Paid      Activity = "paid"      // by the world: bounties, rewards, insurance, corporations' customers
	Charged   Activity = "charged"   // by the world: taxes, fees, premiums, licences, corporations' earnings
	Given     Activity = "given"     // by operators, and to those who begin
	Other     Activity = "other"
)

// Activities lists them, in the order of reports.
var Activities = []Activity{Mined, Made, Looted, Used, Destroyed, Paid, Charged, Given, Other}

// The accounts that are not the scripts' own.
const (
	SinkBroker    = "broker's fee"
	SinkTax       = "sales tax"
	FaucetGrant   = "grant"
	FaucetPurse   = "starter purse"
	FaucetOpening = "opening balance"
)

// activities are those of the accounts. A test holds them against what the scripts name.
var activities = map[Kind]map[string]Activity{
	Faucet: {
		FaucetGrant: Given, FaucetPurse: Given, FaucetOpening: Given, "mission parcels": Given,
		"mining": Mined, "extraction": Mined,
		"refinery": Made, "industry": Made, "npc production": Made, "licences": Made,
		"loot":   Looted,
		"bounty": Paid, "insurance": Paid, "mission reward": Paid, "npc spending": Paid,
	},
	Sink: {
		"refinery": Used, "industry": Used, "fired": Used, "worn out": Used, "missions": Used, "npc consumption": Used,
		"ship lost": Destroyed, "wreck gone": Destroyed,
		SinkBroker: Charged, SinkTax: Charged, "licences": Charged, "insurance premium": Charged, "npc earnings": Charged,
	},
}

// Activity is what happens at an account.
func (h Holder) Activity() Activity {
	if of, known := activities[h.Kind][h.Name]; known {
		return of
	}
	return Other
}
