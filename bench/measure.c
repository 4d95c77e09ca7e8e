/*
 * Runs a program and writes to descriptor 3 what it cost: wall nanoseconds, user and system microseconds, peak resident
 * kilobytes. Exits as the program did.
 *
 *   measure PROGRAM ARGUMENT...
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long nanoseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long microseconds(struct timeval time)
{
	return time.tv_sec * 1000000LL + time.tv_usec;
}

int main(int argc, char **argv)
{
	if (argc < 2) return 127;
	long long start = nanoseconds();
	pid_t child = fork();
	if (child < 0) return 127;
	if (child == 0) {
		close(3);
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	int status;
	struct rusage usage;
	if (wait4(child, &status, 0, &usage) < 0) return 127;
	long long wall = nanoseconds() - start;
#ifdef __APPLE__
	long resident = usage.ru_maxrss / 1024;
#else
	long resident = usage.ru_maxrss;
#endif
	dprintf(3, "%lld %lld %lld %ld\n", wall, microseconds(usage.ru_utime), microseconds(usage.ru_stime), resident);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
