# each task is one call of scripts/tasks.py, which does the same on Windows: py scripts\tasks.py demo
.PHONY: demo test check bench fix lock clean

demo:
	python3 scripts/tasks.py demo $(ARGS)

test:
	python3 scripts/tasks.py test $(ARGS)

check:
	python3 scripts/tasks.py check $(ARGS)

bench:
	python3 scripts/tasks.py bench $(ARGS)

fix:
	python3 scripts/tasks.py fix

lock:
	python3 scripts/tasks.py lock

clean:
	python3 scripts/tasks.py clean
