package static

import (
	"math/rand/v2"
	"strings"
)

// tongue is what the names of one part of the galaxy sound like: the beginnings,
// vowels and ends that its syllables are made of. A thing listed twice comes
// twice as often.
type tongue struct{ begin, vowel, end, last []string }

func list(s string) []string { return strings.Fields(s) }

// tongues were chosen so that any syllable may follow any other without a
// cluster that people would stumble over: syllables inside a word end in a vowel
// or in one of the few soft consonants of end. "-" stands for nothing.
var tongues = []tongue{
	{list("k t m n s h r l v j y p"), list("a a e i o u ai"), list("- - - - n s l"), list("- - - n s ra la ta ken")},
	{list("b d g v r l m n t dr br gr"), list("a e e i o o ae"), list("- - - r l n"), list("- n r l th nd ric dan mar")},
	{list("s z sh r l m n t k h a"), list("a a i i u ee"), list("- - - m n r"), list("- h r m n sh dim zad rim")},
	{list("f v l m n r s t d p c"), list("a e i o u ie eu"), list("- - - r n l s"), list("- e lle ne nt ron se ville")},
	{list("h th f g r l n s t w br st"), list("a e i o u ei y"), list("- - - l r n"), list("- r ld n rd heim gard dal fell")},
	{list("t k p m n l h w v r"), list("a a e i o u oa au"), list("- - - -"), list("- - - na ri lu mo kea")},
	{list("q x z v t k r n s y"), list("a e i i o u"), list("- - - n r x"), list("- x n th r qar zen vos")},
	{list("ch ts j l m n w y h sh"), list("a e i o u ia uo"), list("- - - n ng"), list("- n ng an li wen shan")},
}

// rude are fragments that no name may contain, in any of a few languages in
// which an accident would be read.
var rude = list(`
	anal anus arse ass bich bitch boner boob butt chink clit cock coon crap cum cunt damn dick dike dildo dyke fag fart
	fck feck fok fuc fuk fut gay gook hell hitler homo hore jap jew jiz kafir kike kill kkk kut lesb lul merd mong muth
	naz neger nig nud nut orgy paki pede penis perv phuc pis pimp poo porn puff puk put queef queer rape rapi rect
	retar satan scat scrot semen sex shat shit sht sis slut smut sperm spic suck suka tard teet tit tosser turd twat
	vag vulv wank wog whor wtf xxx`)

// namer hands out names, none twice.
type namer struct {
	random *rand.Rand
	taken  map[string]bool
}

// word returns a new name of 4 to 9 letters in the tongue, capitalised. After
// many misses it allows one letter more at a time, so that it always ends.
func (n *namer) word(t *tongue, syllables int) string {
	for try := 0; ; try++ {
		w := n.try(t, syllables+try/40)
		if len(w) < 4 || len(w) > 9+try/20 || n.taken[w] || !fit(w) {
			continue
		}
		n.taken[w] = true
		return strings.ToUpper(w[:1]) + w[1:]
	}
}

func (n *namer) try(t *tongue, syllables int) string {
	var b strings.Builder
	for i := range syllables {
		b.WriteString(n.pick(t.begin))
		b.WriteString(n.pick(t.vowel))
		if i == syllables-1 {
			b.WriteString(n.pick(t.last))
		} else {
			b.WriteString(n.pick(t.end))
		}
	}
	return b.String()
}

func (n *namer) pick(from []string) string {
	if s := from[n.random.IntN(len(from))]; s != "-" {
		return s
	}
	return ""
}

// fit says whether a word can be said aloud and in company.
func fit(w string) bool {
	for i := 2; i < len(w); i++ {
		if w[i] == w[i-1] && w[i] == w[i-2] || vowel(w[i]) && vowel(w[i-1]) && vowel(w[i-2]) {
			return false
		}
	}
	for _, r := range rude {
		if strings.Contains(w, r) {
			return false
		}
	}
	return true
}

func vowel(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }

// What regions are called: the name goes where the % is.
var regionForms = []string{"% Reach", "% Expanse", "The % Drift", "% March", "% Verge", "Outer %", "The % Deep",
	"% Hollow", "Great %", "% Span", "% Rim", "The % Veil", "% Shoals", "% Domain", "%", "%", "%", "%", "%"}

// name names regions, constellations, systems and corporations. All that is in a
// region shares its tongue.
func (g *galaxy) name() {
	n := namer{random: g.random(forNames, 0), taken: map[string]bool{}}
	spoken := make([]*tongue, len(g.regions))
	for i := range g.regions {
		spoken[i] = &tongues[n.random.IntN(len(tongues))]
		form := regionForms[n.random.IntN(len(regionForms))]
		g.regions[i].name = strings.Replace(form, "%", n.word(spoken[i], 2), 1)
	}
	for i := range g.constellations {
		c := &g.constellations[i]
		t := spoken[c.region]
		c.name = n.word(t, 2+n.random.IntN(2))
		for j := c.first; j < c.first+c.count; j++ {
			g.systems[j].name = n.word(t, 2+n.random.IntN(2)*n.random.IntN(2))
		}
	}
	for range corporationCount {
		t := &tongues[n.random.IntN(len(tongues))]
		g.corporations = append(g.corporations, n.word(t, 2)+" "+trades[n.random.IntN(len(trades))])
	}
}

// corporationCount is how many corporations run the stations.
const corporationCount = 40

// What corporations do, and what a station can be.
var (
	trades = []string{"Freight", "Mining", "Works", "Trust", "Navy", "Foundries", "Institute", "Traders", "Guild", "Lines"}

	facilities = []string{"Assembly Plant", "Refinery", "Trade Post", "Academy", "Warehouse", "Shipyard",
		"Research Centre", "Customs House", "Logistics Hub", "Mining Outpost"}
)
