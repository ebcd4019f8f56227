package server
import ("testing";"time";"hotshard/runtime/system";"hotshard/runtime/world";"os";"path/filepath")
func TestZZ(t *testing.T) {
	cfg := config(t)
	os.RemoveAll(cfg.Scripts)
	copyTree(t, "../../scripts", cfg.Scripts)
	s := start(t, cfg)
	a, err := s.universe.Start(world.SystemAddress(cfg.Map.Systems[0].Name))
	if err != nil { t.Fatal(err) }
	a.Post(system.Enter{Character: system.Character{ID: 1e6, Name: "P", System: cfg.Map.Systems[0].ID}, Client: nobody{}, Reason: "login"})
	time.Sleep(time.Second)
	t.Logf("%+v", a.Stats())
	_ = filepath.Join
	os.WriteFile(filepath.Join(cfg.Scripts, "x.lua"), []byte("return 1"), 0o644)
	time.Sleep(time.Second)
	t.Log(s.releases.controller.Last().Units, a.Down())
}
