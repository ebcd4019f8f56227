package web_test

import "testing"

// TestTheGalleryShowsEveryPanelWithItsSample opens /panels, where nobody is signed in.
func TestTheGalleryShowsEveryPanelWithItsSample(t *testing.T) {
	needsPanels(t)
	t.Parallel()
	b := newBrowser(t)
	s := newStage(t)
	p := b.open(t, "designer", s.URL+"/panels")
	p.until("see the market", `document.querySelector("#panels section[aria-label='Market']")?.textContent.includes("Name a thing")`)
	p.typeInto(`#panels input[placeholder="Ferrite"]`, "Ferrite\r")
	p.until("see its sample", `document.querySelector('#panels [aria-label="Wanted"] tbody tr:nth-child(2)')?.textContent.includes("11.80")`)
	p.shoot("panels-gallery")
}
