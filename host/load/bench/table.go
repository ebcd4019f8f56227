package main

type tableCmd struct{}

func (tableCmd) Run() error { return nil }
