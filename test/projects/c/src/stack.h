#ifndef STACK_H
#define STACK_H

enum { STACK_MAX = 16 };

struct stack {
    int values[STACK_MAX];
    int size;
};

/* 0 where there is no room. */
int stack_push(struct stack *stack, int value);
/* 0 where there is nothing. */
int stack_pop(struct stack *stack, int *value);

#endif
