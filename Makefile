.PHONY: setup demo test check bench drill clean
setup demo test check bench drill clean:
	@./run $@
